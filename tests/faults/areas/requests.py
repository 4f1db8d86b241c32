"""What is read of a request: bodies, queries, media types, lengths."""

from tests.faults.fault import Change, Fault

_NOT_JSON = "test_bodies.py::test_a_body_that_is_not_json_is_400"
_REPEATED = "test_queries.py::test_a_repeated_parameter_is_refused_even_with_the_same_value"

FAULTS = [
    Fault(
        "names-repeated-in-json",
        "Of a name that comes twice in an object the last counts.",
        [_NOT_JSON],
        [Change("shared.parsing", "    if len(members) != len(pairs):\n", "    if len(members) > len(pairs):\n")],
    ),
    Fault(
        "nan-taken",
        "NaN and infinities are read as numbers.",
        [_NOT_JSON],
        [Change("shared.parsing", "parse_constant=_constant, ", "")],
    ),
    Fault(
        "numbers-beyond-range",
        "A number that is too large for a double becomes infinite.",
        [_NOT_JSON],
        [Change("shared.parsing", "parse_float=_float, ", "")],
    ),
    Fault(
        "endless-integers",
        "An integer may have as many digits as one likes.",
        [_NOT_JSON],
        [Change("shared.parsing", "if len(digits) > MAX_DIGITS:", "if len(digits) < 0:")],
    ),
    Fault(
        "json-of-any-depth",
        "A document may be nested without end.",
        [_NOT_JSON],
        [Change("shared.parsing", "return deepest > MAX_DEPTH", "return deepest < 0")],
    ),
    Fault(
        "bytes-replaced",
        "What is not UTF-8 in a body is replaced instead of refused.",
        [_NOT_JSON],
        [Change("shared.parsing", "return raw.decode()", 'return raw.decode(errors="replace")')],
    ),
    Fault(
        "any-json-value",
        "A list of one book is taken for the book.",
        ["test_bodies.py::test_json_that_is_not_an_object_is_422"],
        [
            Change(
                "shared.parsing",
                "        return _decoder.decode(text)\n",
                "        value = _decoder.decode(text)\n"
                "        return value[0] if isinstance(value, list) and len(value) == 1 else value\n",
            )
        ],
    ),
    Fault(
        "any-media-type",
        "A body is read whatever its Content-Type says.",
        ["test_bodies.py::test_another_media_type_is_415"],
        [Change("shared.parsing", "if media_type not in ACCEPTED[expected] or", "if expected not in ACCEPTED or")],
    ),
    Fault(
        "any-charset",
        "A body is read as UTF-8 although it says that it is not.",
        ["test_bodies.py::test_another_media_type_is_415"],
        [Change("shared.parsing", 'charset[1] not in {"utf-8", "utf8"}', "not charset[0]")],
    ),
    Fault(
        "media-type-case-sensitive",
        "A media type in capitals is another one.",
        ["test_bodies.py::test_a_media_type_is_read_in_any_spelling"],
        [
            Change(
                "shared.parsing",
                'return (header or "").lower().partition(";")[0]',
                'return (header or "").partition(";")[0]',
            )
        ],
    ),
    Fault(
        "login-as-json",
        "A login may be sent under the type of JSON.",
        ["test_bodies.py::test_a_login_is_read_as_a_form_only"],
        [Change("shared.parsing", "    FORM: {FORM},", "    FORM: {FORM, JSON},")],
    ),
    Fault(
        "merge-patch-unknown",
        "A PATCH is read as JSON only, not as a merge patch.",
        ["test_bodies.py::test_a_patch_is_read_under_both_of_its_types"],
        [Change("shared.parsing", "{MERGE_PATCH, JSON}", "{JSON}")],
    ),
    Fault(
        "forms-repeat-names",
        "Of a name that comes twice in a form the last counts.",
        ["test_login.py::test_a_login_that_repeats_a_name_is_malformed"],
        [
            Change(
                "shared.parsing",
                '    if len(names) != len(set(names)):\n        raise MalformedRequest("The form',
                '    if len(names) < len(set(names)):\n        raise MalformedRequest("The form',
            )
        ],
    ),
    Fault(
        "unknown-parameters-ignored",
        "Parameters that a list does not have are passed over.",
        ["test_queries.py::test_an_unknown_parameter_is_refused_on_a_list"],
        [
            Change(
                "shared.schemas.base",
                'extra="forbid", frozen=True)\n\n    @field_validator',
                'extra="ignore", frozen=True)\n\n    @field_validator',
            )
        ],
    ),
    Fault(
        "last-parameter-wins",
        "Of a parameter that comes twice the last counts.",
        [_REPEATED],
        [
            Change(
                "shared.parsing",
                "    return _pairs(query)\n",
                "    return list(dict(_pairs(query)).items())\n",
            )
        ],
    ),
    Fault(
        "query-bytes-replaced",
        "What is not UTF-8 in a query is replaced.",
        ["test_queries.py::test_a_query_that_is_not_utf_8_is_400_on_a_list"],
        [Change("shared.parsing", 'errors="strict"', 'errors="replace"')],
    ),
    Fault(
        "empty-parameters-left-out",
        "A parameter without a value is passed over.",
        ["test_queries.py::test_a_parameter_without_a_value_is_an_empty_one"],
        [Change("shared.parsing", "keep_blank_values=True", "keep_blank_values=False")],
    ),
    Fault(
        "body-limit-one-short",
        "A body of exactly the limit is too large.",
        ["test_framing.py::test_a_body_of_exactly_the_limit_is_read"],
        [
            Change(
                "flask_impl.wire",
                "    if declared > limit:\n        raise BodyTooLarge\n    # Werkzeug",
                "    if declared >= limit:\n        raise BodyTooLarge\n    # Werkzeug",
            ),
            Change(
                "fastapi_impl.wire",
                "        if self._declared_length > limit:\n",
                "        if self._declared_length >= limit:\n",
            ),
        ],
    ),
    Fault(
        "chunks-unlimited",
        "A body in chunks may be as long as one likes.",
        ["test_framing.py::test_a_longer_body_in_chunks_is_413"],
        [
            Change(
                "flask_impl.wire",
                "request.max_content_length = limit + 1\n    if declared",
                "request.max_content_length = limit * 9\n    if declared",
            ),
            Change("flask_impl.wire", "    if len(raw) > limit:\n", "    if len(raw) < 0:\n"),
            Change("fastapi_impl.wire", "            if received > limit:\n", "            if received < 0:\n"),
        ],
    ),
    Fault(
        "body-cut-at-the-limit",
        "A body in chunks that is too long is cut and read.",
        ["test_framing.py::test_a_longer_body_is_not_cut_and_read"],
        [
            Change(
                "flask_impl.wire",
                "request.max_content_length = limit + 1\n    if declared",
                "request.max_content_length = limit\n    if declared",
            )
        ],
    ),
]
