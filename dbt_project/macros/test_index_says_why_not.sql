{# A score has all that comes with it, in order; a row without one has its reason and nothing like a score. #}
{% test index_says_why_not(model) %}

    select *
    from {{ model }}
    where
        (score is null) = (no_score_reason is null)
        or (score is null) != (rank is null)
        or (score is null) != (median is null)
        or not coalesce(score between 0 and 100, true)
        or not coalesce(band_low <= median and median <= band_high, true)
        or not coalesce(rank_low <= rank_high and rank <= n_ranked and rank_high <= n_ranked, true)

{% endtest %}
