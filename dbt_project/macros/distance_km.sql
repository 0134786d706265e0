{# Great-circle distance in km between two places in degrees, on a sphere of 6,371 km; haversine, which is exact enough at
   a few metres too; null where a coordinate is (least() would not be: it takes the other value). Only functions that
   Spark has as well. #}
{% macro great_circle_km(latitude, longitude, other_latitude, other_longitude) -%}
    {%- set a -%}
        pow(sin(radians({{ other_latitude }} - {{ latitude }}) / 2), 2)
        + cos(radians({{ latitude }})) * cos(radians({{ other_latitude }}))
        * pow(sin(radians({{ other_longitude }} - {{ longitude }}) / 2), 2)
    {%- endset -%}
    (2 * 6371.0 * atan2(sqrt({{ a }}), sqrt(abs(1 - ({{ a }})))))
{%- endmacro %}

{# The same between latitude_deg and longitude_deg of two relations. #}
{% macro distance_km(one, other) -%}
    {{ great_circle_km(
        one ~ '.latitude_deg', one ~ '.longitude_deg', other ~ '.latitude_deg', other ~ '.longitude_deg'
    ) }}
{%- endmacro %}
