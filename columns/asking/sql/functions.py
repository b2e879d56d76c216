"""The functions that statements may call: those that count with values, and nothing else. A
function that a later version of DuckDB brings is not taken before it stands here."""

_AGGREGATES = """
    any_value approx_count_distinct approx_quantile arbitrary arg_max arg_min argmax argmin
    array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif
    covar_pop covar_samp entropy favg first fsum histogram kurtosis last list mad max max_by mean
    median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev
    stddev_pop stddev_samp string_agg group_concat listagg sum sumkahan kahan_sum var_pop var_samp
    variance geomean wavg weighted_avg grouping grouping_id
"""
_WINDOWS = """
    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank
    row_number
"""
_NUMBERS = """
    abs acos acosh add asin asinh atan atan2 atanh bin bit_count cbrt ceil ceiling cos cosh cot
    degrees divide even exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor
    hash hex isfinite isinf isnan lcm least least_common_multiple lgamma ln log log10 log2 mod
    multiply nextafter pi pow power radians random round round_even sign signbit sin sinh sqrt
    subtract tan tanh to_base trunc xor
"""
_TEXTS = """
    ascii bar base64 bit_length char_length character_length chr concat concat_ws contains
    damerau_levenshtein ends_with format format_bytes hamming instr jaccard jaro_similarity
    jaro_winkler_similarity lcase left len length levenshtein like_escape ilike_escape lower lpad
    ltrim md5 mismatches nfc_normalize not_ilike_escape not_like_escape octet_length ord overlay
    position prefix printf regexp_escape regexp_extract regexp_extract_all regexp_full_match
    regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right rpad rtrim
    sha256 split split_part starts_with str_split str_split_regex string_split string_split_regex
    string_to_array strip_accents strlen strpos substr substring suffix translate trim ucase
    unicode upper
"""
_TIMES = """
    age century current_date current_timestamp date_add date_diff date_part date_sub date_trunc
    datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month
    decade epoch epoch_ms epoch_ns epoch_us get_current_timestamp get_current_time hour isodow
    isoyear julian last_day make_date make_time make_timestamp microsecond millennium millisecond
    minute month monthname now quarter second strftime strptime time_bucket timezone to_days
    to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_timestamp to_weeks
    to_years today try_strptime week weekday weekofyear year yearweek
"""
_LISTS = """
    apply array_contains array_distinct array_extract array_filter array_has array_length
    array_slice array_sort array_to_string array_transform array_value cardinality element_at
    filter flatten generate_series list_aggregate list_apply list_avg list_concat list_contains
    list_count list_distinct list_element list_extract list_filter list_has list_has_all
    list_has_any list_max list_median list_min list_position list_reduce list_reverse
    list_reverse_sort list_slice list_sort list_sum list_transform list_unique list_value list_zip
    map map_contains map_entries map_extract map_from_entries map_keys map_values range row
    struct_extract struct_pack unnest
"""
_OTHERS = "coalesce if ifnull nullif error constant_or_null typeof alias"
_OPERATORS = "+ - * / // % ** ^ & | || ~ ! << >> ~~ !~~ ~~* !~~* ~~~ ^@ @ !__postfix && @> <@ <->"

ALLOWED = frozenset(
    f"{_AGGREGATES} {_WINDOWS} {_NUMBERS} {_TEXTS} {_TIMES} {_LISTS} {_OTHERS} {_OPERATORS}".split()
)
# In the place of a table.
TABLES = frozenset({"range", "generate_series", "unnest"})
