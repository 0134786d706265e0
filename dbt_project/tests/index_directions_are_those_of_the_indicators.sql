-- Whether more of an indicator is more cooperation stands in two seeds: what it is, and how the index takes it.
select
    method.indicator,
    method.direction as direction_in_the_index,
    indicators.direction as direction_of_the_indicator
from {{ ref('index_indicators') }} as method
left join {{ ref('indicators') }} as indicators using (indicator)
where method.direction is distinct from indicators.direction
