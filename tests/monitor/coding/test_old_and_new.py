"""What a sentence tells of the old work and place is kept apart from the new, and times to come make a plan."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.coding.marking import mark
from monitor.coding.scene_ends import old_stretches
from monitor.coding.shifts import read_sentence
from monitor.coding.times import ahead


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("Agents who used to watch the docks for smugglers are in Tulsa.", "watch the docks for smugglers"),
        ("After six months of immigration duty, the FBI squad chases spies.", "immigration duty"),
        ("Officers who check bags at the airport have orders for Yuma.", "check bags at the airport"),
        ("The FBI put fraud cases aside for ICE.", "fraud cases"),
        ("Nobody tracks gangs at the DEA; its agents ride with ICE.", "tracks gangs at the DEA"),
        ("The court barred the president from sending troops to Ohio.", ""),
    ],
)
def test_the_old_work_ends_where_the_main_clause_goes_on(text: str, old: str) -> None:
    marked = mark(text)
    assert " ".join(marked.cut(first, last) for first, last in old_stretches(marked)) == old


@pytest.mark.parametrize(
    ("text", "comes"),
    [
        ("From July, six detectives take their orders from ICE.", True),
        ("The judges are being sent to the border next month.", True),
        ("The troops leave on the first of the month.", True),
        ("The troops stood next to the courthouse.", False),
        ("Agents from Laredo work in Denver.", False),
    ],
)
def test_times_to_come_are_known_from_places_and_times_gone(text: str, comes: bool) -> None:
    assert ahead(mark(text)) is comes


@pytest.mark.parametrize(
    ("text", "way", "status"),
    [
        (
            "Prison guards found themselves standing watch over immigrants in Texas tents.",
            "other_mission_to_immigration",
            "done",
        ),
        ("None of the 200 guardsmen will set foot in Tulsa, the governor said.", "federal_to_local_area", "denied"),
        ("The court declined to let the president deploy the Guard in Tulsa.", "federal_to_local_area", "blocked"),
        ("The president called off a surge of federal agents to Tulsa.", "federal_to_local_area", "ended"),
        (
            "Ohio is asking an appeals court to end the deployment of 300 Guard members in Dayton.",
            "federal_to_local_area",
            "ongoing",
        ),
        ("The Army told 300 soldiers to be ready to go to Dayton if the president orders it.", None, "proposed"),
        ("Two Navy destroyers were sent to the waters off San Diego to stop smugglers.", "interior_to_border", "done"),
        ("About 300 agents would be pulled out of Dayton, the mayor said.", "withdrawal", "planned"),
        ("Sixty Border Patrol agents were sent to the Texas border from Dayton.", "interior_to_border", "done"),
    ],
)
def test_direction_and_status_follow_from_what_is_told_of_both_ends(text: str, way: str | None, status: str) -> None:
    (shift,) = read_sentence(text).shifts
    assert shift.status == status
    assert way in (None, shift.direction)


def test_soldiers_from_a_state_are_its_guard() -> None:
    (shift,) = read_sentence("Two hundred soldiers from Ohio were sent to Washington.").shifts
    assert shift.actor == "NATIONAL_GUARD"


def test_the_border_in_a_bodys_name_is_no_place() -> None:
    (shift,) = read_sentence("Eight deputies now report to the Border Patrol through March.").shifts
    assert (shift.beneficiary, shift.direction) == ("USBP", "other_mission_to_immigration")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            (
                "who used to after months of ICE agents no longer from put fraud aside that had nobody works ; , now "
                "in Tulsa"
            ).split()
        ),
        max_size=30,
    )
)
def test_old_stretches_lie_in_the_sentence_whatever_its_words(words: list[str]) -> None:
    marked = mark(" ".join(words))
    many = len(marked.words)
    assert all(0 <= first <= last <= many for first, last in old_stretches(marked))
