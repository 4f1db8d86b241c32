"""Covers and thumbnails."""

from tests.faults.fault import Change, Fault

_FORMAT = "test_cover_pictures.py::test_a_cover_comes_back_in_its_own_format_and_size"
_THUMBNAIL = "test_thumbnails.py::test_a_thumbnail_is_a_webp_picture_that_fits_its_square_and_is_never_enlarged"
_RANGE = "test_cover_sending.py::test_one_range_is_206"

FAULTS = [
    Fault(
        "cover-of-the-wrong-type",
        "Every cover is sent as a PNG.",
        [_FORMAT],
        [Change("shared.covers", "files.path(row.file), row.media_type,", 'files.path(row.file), "image/png",')],
    ),
    Fault(
        "cover-by-anybody",
        "Anybody may put a cover on a book.",
        ["test_covers.py::test_only_the_owner_changes_a_cover"],
        [
            Change(
                "shared.covers",
                "    books.own(connection, user, book_id)\n    before = _take(connection, book_id)\n    preconditions",
                "    books.get(connection, book_id)\n    before = _take(connection, book_id)\n    preconditions",
            )
        ],
    ),
    Fault(
        "cover-change-unconditional",
        "A cover is replaced whatever version of it was demanded.",
        ["test_covers.py::test_a_change_may_demand_the_current_cover"],
        [Change("shared.covers", "    preconditions.demand(before.etag if before else None)\n", "")],
    ),
    Fault(
        "cover-keeps-metadata",
        "What a camera wrote into a picture is sent to everybody.",
        ["test_cover_pictures.py::test_nothing_but_pixels_is_kept"],
        [
            Change(
                "shared.images",
                "return _encode(_pixels(image), kind)",
                "return Picture(content, _MEDIA_TYPES[kind], image.width, image.height)",
            )
        ],
    ),
    Fault(
        "cover-lies-on-its-side",
        "The orientation that a camera noted is lost.",
        ["test_cover_pictures.py::test_a_cover_is_turned_upright"],
        [Change("shared.images", "return pixels if turn is None else pixels.transpose(turn)", "return pixels")],
    ),
    Fault(
        "pixels-unlimited",
        "A small file may be a picture of any size.",
        ["test_cover_pictures.py::test_a_picture_of_too_many_pixels_is_422_before_it_is_decoded"],
        [
            Change(
                "shared.images",
                "if image.width * image.height <= max_pixels:",
                "if image.width * image.height <= 9e18:",
            )
        ],
    ),
    Fault(
        "any-picture-format",
        "Whatever Pillow can read is taken for a cover.",
        ["test_cover_pictures.py::test_what_cannot_be_decoded_as_png_jpeg_or_webp_is_422"],
        [
            Change(
                "shared.images",
                "        with Image.open(BytesIO(content), formats=list(_MEDIA_TYPES)) as image:\n"
                "            kind = str(image.format)\n",
                "        with Image.open(BytesIO(content)) as image:\n"
                "            kind = image.format if image.format in _MEDIA_TYPES else 'PNG'\n",
            )
        ],
    ),
    Fault(
        "file-limit-off",
        "A picture may be larger than the limit of files.",
        ["test_cover_forms.py::test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_413"],
        [
            Change("flask_impl.wire", "        if len(content) > limit:\n", "        if len(content) < 0:\n"),
            Change("fastapi_impl.wire", "(part.size or 0) > limit for", "(part.size or 0) < 0 for"),
        ],
    ),
    Fault(
        "multipart-forgiven",
        "A form is read although it is broken, each framework in its own way.",
        ["test_cover_forms.py::test_a_form_that_is_not_well_formed_is_400"],
        [
            Change("flask_impl.wire", '        check_multipart(request.headers["Content-Type"], raw)\n', ""),
            Change("fastapi_impl.wire", '            check_multipart(self.headers["content-type"], raw)\n', ""),
        ],
    ),
    Fault(
        "part-name-forgiven",
        "The name of a part of a form is whatever either parser takes it for.",
        ["test_cover_forms.py::test_a_form_that_is_not_well_formed_is_400"],
        [Change("shared.multipart", " or not _names(dispositions[0])", "")],
    ),
    Fault(
        "thumbnail-never-made",
        "A thumbnail is promised and never made.",
        [_THUMBNAIL],
        [Change("shared.covers", "return list(connection.scalars(_waiting))", "return []")],
    ),
    Fault(
        "thumbnail-too-large",
        "A thumbnail is twice as large as its square.",
        [_THUMBNAIL],
        [Change("shared.images", "pixels.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))", "pixels.thumbnail((512, 512))")],
    ),
    Fault(
        "thumbnail-distorted",
        "A thumbnail fills its square.",
        [_THUMBNAIL],
        [
            Change(
                "shared.images",
                "    pixels.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))\n",
                "    pixels = pixels.resize((256, 256))\n",
            )
        ],
    ),
    Fault(
        "thumbnail-of-the-cover-before",
        "A cover that is replaced keeps the thumbnail of the one before.",
        ["test_thumbnails.py::test_another_cover_has_another_thumbnail"],
        [
            Change(
                "shared.covers",
                '"created_at": now, "thumbnail_attempts": 0}\n',
                '"created_at": now, "thumbnail_attempts": 0}\n'
                "    if before and len(before.files) > 1:\n"
                '        row |= {"thumbnail": before.files[1], "thumbnail_sha256": before.etag[1:-1]}\n'
                "        before = _Before(before.etag, before.files[:1])\n",
            )
        ],
    ),
    Fault(
        "ranges-ignored",
        "A range is answered by the whole.",
        [_RANGE],
        [Change("shared.ranges", "    if found is None:\n", "    if found is None or found:\n")],
    ),
    Fault(
        "range-one-long",
        "A range has one byte more than was asked for.",
        [_RANGE],
        [
            Change(
                "shared.ranges",
                "int(first), min(int(last or size), size - 1)",
                "int(first), min(int(last or size) + 1, size - 1)",
            )
        ],
    ),
    Fault(
        "range-past-the-end-empty",
        "A range past the end is answered by the whole instead of 416.",
        ["test_cover_sending.py::test_a_range_past_the_end_is_416"],
        [Change("shared.ranges", "        raise RangeNotSatisfiable(size)", "        return None")],
    ),
    Fault(
        "if-range-ignored",
        "A part of another version is sent to a client that goes on with its own.",
        ["test_cover_sending.py::test_a_range_of_another_version_is_answered_by_the_whole"],
        [
            Change(
                "shared.stored",
                "if self.if_range is not None and self.if_range.strip() not in",
                "if self.if_range == '' and self.if_range.strip() not in",
            )
        ],
    ),
]
