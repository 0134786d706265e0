{# Codes by which publishers name all origins together. #}
{% macro world_codes() -%} ('900', 'TOTAL', 'W', 'WLD', 'WORLD') {%- endmacro %}

{# Codes of what publishers leave over once they have listed origins: parts of the whole, though of no country. #}
{% macro residual_codes() -%} ('2003', 'Other North', 'Other South') {%- endmacro %}
