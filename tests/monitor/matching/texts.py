"""Synthetic releases and stories for the matching tests."""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

TAIL = (
    "The agency is the unified border body charged with the comprehensive management, control and protection of the nation's "
    "borders, combining customs, immigration, border security and agricultural protection at and between ports of entry."
)


def seizure(port: str = "Roma", pounds: int = 74, drug: str = "cocaine", day: str = "March 3", age: int = 34) -> str:
    return (
        f"{port.upper()} — Customs officers at the {port} port of entry intercepted {drug} hidden in a vehicle arriving from "
        f"abroad on {day}.\n\n"
        "The seizure occurred when an officer assigned to the bridge referred a pickup truck for secondary inspection. "
        f"Following a canine and non-intrusive examination, officers discovered packages containing {pounds} pounds of alleged "
        f"{drug} concealed within the conveyance. The {age}-year-old driver was turned over for further processing.\n\n"
        "“Our officers continue to use their training, intuition and technology to keep these deadly drugs from reaching our "
        "communities,” said Port Director Marisol Quarles.\n\n" + TAIL
    )


def sentencing(
    person: str = "Darnell Oyelaran", city: str = "Mobile", state: str = "Alabama", months: int = 41, millions: str = "3.4",
    firm: str = "Larkspur Home Health", age: int = 52,
) -> str:  # fmt: skip
    surname = person.rsplit(maxsplit=1)[-1]
    return (
        f"The owner of {firm} was sentenced today to {months} months in prison for his role in a ${millions} million scheme to "
        "defraud the federal health care program, the Department of Justice announced.\n\n"
        f"{person}, {age}, of {city}, {state}, was sentenced by U.S. District Judge Ingrid Stanhope. In addition to the prison "
        f"term, {surname} was ordered to serve three years of supervised release and to pay restitution.\n\n"
        f"According to court documents, {surname} submitted claims through {firm} for services that were never provided, were "
        f"medically unnecessary or were procured by kickbacks. {surname} paid recruiters in and around {city} for the "
        f"identifying information of beneficiaries, and billed the program for more than ${millions} million.\n\n"
        "U.S. Attorney Winifred Lachance and Special Agent in Charge Owen Janacek made the announcement. The case was brought as "
        "part of the strike force, which has charged more than 3,500 defendants since its inception."
    )


def charging(
    person: str = "Darnell Oyelaran", city: str = "Mobile", state: str = "Alabama", millions: str = "3.4",
    firm: str = "Larkspur Home Health", age: int = 52,
) -> str:  # fmt: skip
    surname = person.rsplit(maxsplit=1)[-1]
    return (
        f"The owner of {firm} was charged in an indictment unsealed today for his alleged role in a ${millions} million scheme to "
        "defraud the federal health care program.\n\n"
        f"{person}, {age}, of {city}, {state}, made his initial appearance before a magistrate judge. If convicted, "
        f"{surname} faces a maximum penalty of 20 years in prison.\n\n"
        f"According to court documents, {surname} submitted claims through {firm} for services that were never provided, were "
        f"medically unnecessary or were procured by kickbacks. {surname} paid recruiters in and around {city} for the "
        f"identifying information of beneficiaries, and billed the program for more than ${millions} million.\n\n"
        "An indictment is merely an allegation, and all defendants are presumed innocent until proven guilty."
    )


STORY = (
    "The agency will send 200 agents from the Laredo sector to Chicago, three officials familiar with the plan said Monday.\n\n"
    "The agents, who usually patrol the river, would assist deportation officers for 60 days, according to a memo dated June 2.\n\n"
    "“We are short of hands in the north,” said Beatriz Cudahy, who heads the regional office. “Laredo is quiet this summer.”\n\n"
    "Union leader Cornelius Thackeray said members had been told to expect hotels near the airport and shifts of twelve hours.\n\n"
    "The governor's office said it had not been consulted. A similar move in 2018 lasted four months and cost $9 million.\n\n"
    "Residents of the Little Village neighborhood have held nightly meetings since the first vans were seen there in May."
)
