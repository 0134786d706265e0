{# Great-circle distance in km between latitude_deg and longitude_deg of two relations; haversine, which is exact
   enough at a few metres too. Only functions that Spark has as well. #}
{% macro distance_km(one, other) -%}
    (2 * 6371.0 * asin(least(1.0, sqrt(
        pow(sin(radians({{ other }}.latitude_deg - {{ one }}.latitude_deg) / 2), 2)
        + cos(radians({{ one }}.latitude_deg)) * cos(radians({{ other }}.latitude_deg))
        * pow(sin(radians({{ other }}.longitude_deg - {{ one }}.longitude_deg) / 2), 2)
    ))))
{%- endmacro %}
