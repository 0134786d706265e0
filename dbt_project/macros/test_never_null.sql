{# No null in any of the columns, in one pass over the table. #}
{% test never_null(model, columns) %}

    select *
    from {{ model }}
    where
        {%- for column in columns %}
        "{{ column }}" is null
        {%- if not loop.last %} or{% endif %}
        {%- endfor %}

{% endtest %}
