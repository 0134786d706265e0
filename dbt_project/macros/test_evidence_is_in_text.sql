{# The characters at the span are the evidence: no coding without the words that it rests on. #}
{% test evidence_is_in_text(model, evidence) %}

    select *
    from {{ model }}
    where "{{ evidence }}" is distinct from text_at_span

{% endtest %}
