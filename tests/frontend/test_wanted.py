"""What customers put together has an address, and nothing else has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import NotFound
from frontend.wanted import Wanted, parse


@pytest.mark.parametrize(
    ("text", "items", "any_order"),
    [
        ("svc_a", (("svc_a", 1),), False),
        ("svc_a+svc_b", (("svc_a", 1), ("svc_b", 1)), False),
        ("svc_a~svc_b", (("svc_a", 1), ("svc_b", 1)), True),
        ("svc_a+svc_a.2", (("svc_a", 1), ("svc_a", 2)), False),
    ],
)
def test_it_is_read_and_written_alike(text: str, items: tuple[tuple[str, int], ...], any_order: bool) -> None:
    assert parse(text) == Wanted(items, any_order)
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "svc_a+",
        "svc_a+svc_b~svc_c",
        "svc_a.2",
        "svc_a.1.2",
        "svc_a.0",
        "svc_a.2+svc_b",
        "Svc",
        "a+" * 7 + "a",
        "svc_a@",
        "@stf_b",
        "svc_a@stf_b@stf_c",
        "svc_a.2@stf_b",
    ],
)
def test_nothing_else_is(text: str) -> None:
    with pytest.raises(NotFound):
        parse(text)


def test_who_does_each_part_is_in_its_address() -> None:
    wanted = parse("svc_a@stf_x+svc_b+svc_a@stf_y.2")
    assert wanted.parts == [("svc_a", 1, "stf_x"), ("svc_b", 1, ""), ("svc_a", 2, "stf_y")]
    assert str(wanted) == "svc_a@stf_x+svc_b+svc_a@stf_y.2"
    assert [each.staff for each in wanted.requests("stf_z")] == ["stf_x", "stf_z", "stf_y"]
    assert str(wanted.by(0, "")) == "svc_a+svc_b+svc_a@stf_y.2"
    assert str(wanted.less(1)) == "svc_a@stf_x+svc_a@stf_y.2"
    assert str(wanted.earlier(1)) == "svc_b+svc_a@stf_x+svc_a@stf_y.2"
    assert [wanted.may_be_earlier(at) for at in range(3)] == [False, True, False]
    assert parse("svc_a") == Wanted((("svc_a", 1),))


@given(
    st.lists(
        st.tuples(st.sampled_from(["plus", "guest", "less", "by", "earlier"]), st.integers(0, 5)), max_size=12
    )
)
def test_whatever_is_added_and_taken_away_has_an_address(steps: list[tuple[str, int]]) -> None:
    wanted = Wanted((("svc_a", 1),))
    for step, at in steps:
        if step == "plus" and wanted.may_have_more:
            wanted = wanted.plus("svc_b", at % wanted.guests + 1)
        elif step == "guest" and wanted.may_have_guests:
            wanted = wanted.plus("svc_c", wanted.guests + 1)
        elif step == "less" and len(wanted.items) > 1:
            wanted = wanted.less(at % len(wanted.items))
        elif step == "by":
            wanted = wanted.by(at % len(wanted.items), "stf_x" if at % 2 else "")
        elif step == "earlier" and wanted.may_be_earlier(at % len(wanted.items)):
            wanted = wanted.earlier(at % len(wanted.items))
        assert parse(str(wanted)) == wanted
