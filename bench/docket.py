"""Synthetic dockets: one case told at several stages and by two offices, and families of cases that share their prose.

Where pressroom fills fixed templates, here each release picks its sentences: wordings vary, facts are left out, announcers
change with the years, apostrophes and paragraph breaks are lost as in old archives. Pairs fall anywhere between 0.1 and 0.9 in
5-word Jaccard, and the labels follow from the cases alone.
"""
# ruff: noqa: E501  prose reads better unbroken

from __future__ import annotations

import random
from dataclasses import dataclass

from pressroom import FIRMS, FIRST, LAST, MONTHS, PLACES, TRADES

_SCHEMES = {
    "bid rigging": [
        "According to court documents, beginning as early as {m1} {y1} and continuing until about {m2} {y2}, {last} conspired with others not to bid against one another, but instead to designate a winning bidder to obtain selected properties at public real estate foreclosure auctions in {county} County, {state}.",
        "{last} was also charged with a conspiracy to use the mail to carry out a scheme to fraudulently acquire title to selected properties sold at those auctions, to make and receive payoffs and to divert to co-conspirators money that would have gone to mortgage holders and others.",
        "The department said that the primary purpose of the conspiracies was to suppress and restrain competition and to conceal payoffs in order to obtain selected real estate offered at {county} County public foreclosure auctions at noncompetitive prices.",
        "When real estate properties are sold at these auctions, the proceeds are used to pay off the mortgage and other debt attached to the property, with remaining proceeds, if any, paid to the homeowner.",
        "While the country faced unprecedented home foreclosure rates, the collusion taking place at these auctions was artificially driving down foreclosed home prices and enriching the colluding real estate investors, said {head} of the departments Antitrust Division.",
        "To date, as a result of the ongoing investigation, {n} individuals have agreed to plead or have pleaded guilty.",
        "A violation of the Sherman Act carries a maximum penalty of 10 years in prison and a $1 million fine for individuals. The maximum fine may be increased to twice the gain derived from the crime or twice the loss suffered by the victims if either amount is greater than $1 million.",
        "The charges are the result of an ongoing federal antitrust investigation of fraud and bidding irregularities in certain real estate auctions in {county} County. Anyone with information concerning bid rigging or fraud related to public real estate foreclosure auctions should contact the Antitrust Divisions field office.",
    ],
    "health fraud": [
        "According to court documents, from {m1} {y1} through {m2} {y2}, {last} and others paid kickbacks to patient recruiters in exchange for referring Medicare beneficiaries to {firm}, which then billed Medicare for home health services that were not medically necessary and were not provided.",
        "{last}, a registered nurse, admitted falsifying nursing visit notes and assessments for {n} beneficiaries so that they would appear to qualify for the services.",
        "As a result of the scheme, {firm} submitted approximately ${amt} million in fraudulent claims to Medicare, and Medicare paid approximately ${amt2} million on those claims.",
        "Court documents show that {other}, the bookkeeper of {firm}, wrote checks to shell companies that {last} controlled in order to obtain the cash used for the kickbacks.",
        "The case was investigated by the FBI and HHS-OIG and was brought as part of the Medicare Fraud Strike Force, under the supervision of the Criminal Divisions Fraud Section and the U.S. Attorneys Office for the {district}.",
        "Since its inception in March 2007, the Medicare Fraud Strike Force, now operating in nine cities across the country, has charged nearly 2,100 defendants who have collectively billed the Medicare program for more than $6.5 billion. In addition, the Centers for Medicare and Medicaid Services, working in conjunction with HHS-OIG, is taking steps to increase accountability and decrease the presence of fraudulent providers.",
        "To learn more about the Health Care Fraud Prevention and Enforcement Action Team, go to the teams website.",
    ],
    "tax refunds": [
        "According to the indictment, between {m1} {y1} and {m2} {y2}, {last} obtained the names and Social Security numbers of other persons, including {n} prison inmates, and used them to file false income tax returns that claimed fraudulent refunds.",
        "{last} directed the refunds to prepaid debit cards and to bank accounts that {last} and {other} controlled, and had some mailed to addresses in {city}.",
        "In total, {last} caused to be filed returns that claimed more than ${amt} million in fraudulent refunds.",
        "{head} of the Justice Departments Tax Division commended the special agents of IRS Criminal Investigation, who investigated the case, and the trial attorneys who are prosecuting it.",
        "Additional information about the Tax Division and its enforcement efforts may be found on the divisions website. The Justice Department and the IRS are engaged in a nationwide effort against stolen identity refund fraud.",
        "The maximum potential sentence for conspiracy is 10 years in prison, and aggravated identity theft carries a mandatory two-year sentence on top of any other prison term. Both carry fines and mandatory restitution.",
    ],
    "kickbacks abroad": [
        "According to court documents, {last}, then a {rank} deployed to a camp outside {city2}, steered contracts for the delivery of {goods} to {firm} in exchange for cash between {m1} {y1} and {m2} {y2}.",
        "{last} hid more than ${amt} thousand in cash in a footlocker and shipped it home, and deposited the money in small amounts in banks in and around {city}.",
        "{other}, the contractor who paid the bribes, told investigators that each truck cost him ${n}.",
        "The case is being prosecuted by the Criminal Divisions Public Integrity Section. It was investigated by the Special Inspector General, the Army Criminal Investigation Command, the Defense Criminal Investigative Service and the FBI as part of the International Contract Corruption Task Force.",
        "The task force is a joint law enforcement agency effort that seeks to detect, investigate and dismantle corruption and contract fraud resulting from overseas contingency operations worldwide.",
    ],
    "child images": [
        "According to court documents, {last} used a peer-to-peer network from his home in {city} between {m1} {y1} and {m2} {y2} and possessed more than {n} images, which agents found on two hard drives.",
        "{last} was identified through an undercover operation that had begun in {city2}.",
        "This case was brought as part of Project Safe Childhood, a nationwide initiative launched in May 2006 by the Department of Justice to combat the growing epidemic of child sexual exploitation and abuse. Led by U.S. Attorneys Offices and the Criminal Divisions Child Exploitation and Obscenity Section, Project Safe Childhood marshals federal, state and local resources to better locate, apprehend and prosecute individuals who exploit children via the Internet, as well as to identify and rescue victims.",
        "The case was investigated by ICE Homeland Security Investigations and the {city} Police Department, and is being prosecuted by Trial Attorney {trial} of the Child Exploitation and Obscenity Section.",
    ],
    "disability settlement": [
        "The settlement resolves a complaint by {other}, who is deaf and who alleged that {firm} failed to provide a qualified sign language interpreter during {n} visits to its office in {city}.",
        "Under the settlement, {firm} will pay ${amt} thousand to the complainant, adopt and post a policy on effective communication, train its staff on the requirements of the act and report to the department on its compliance for two years.",
        "People with disabilities must have equal access to the services that the rest of us take for granted, said {head} of the Civil Rights Division. The division is committed to vigorous enforcement of the act.",
        "The Americans with Disabilities Act requires public accommodations to provide auxiliary aids and services, such as interpreters, when they are necessary to ensure effective communication, unless doing so would cause an undue burden. People interested in finding out more about the act can call the departments toll-free information line or access its website.",
    ],
}
_LEADS = {
    "charged": [
        "{article} {state} {trade} was charged today with {crime}, the Department of Justice announced.",
        "An indictment was unsealed today in {city}, {state}, charging {full} with {crime}.",
    ],
    "pleaded": [
        "{article} {state} {trade} pleaded guilty today to {crime}, {head} of the Justice Departments {division} announced.",
        "{full}, of {city}, {state}, has agreed to plead guilty to {crime}, the department announced.",
    ],
    "sentenced": [
        "{article} {state} {trade} was sentenced today to serve {months} months in prison for {crime}, the Department of Justice announced.",
        "{full}, {age}, of {city}, {state}, was ordered to prison for {months} months today for {crime}.",
    ],
}
_SECOND = {
    "charged": "{full}, {age}, of {city}, {state}, made an initial appearance before a magistrate judge in the {district} and was released on bond. If convicted, {last} faces a maximum of {max} years in prison.",
    "pleaded": "{full}, {age}, of {city}, {state}, entered the plea before U.S. District Judge {judge} in the {district}. Sentencing is scheduled for {m3} {d3}, {y3}. {last} faces a maximum of {max} years in prison.",
    "sentenced": "In addition to the prison term, U.S. District Judge {judge} of the {district} ordered {full} to serve three years of supervised release and to pay ${rest} in restitution. {last} pleaded guilty on {m4} {d4}.",
}
_PRESUMED = "An indictment is merely an accusation, and a defendant is presumed innocent unless proven guilty beyond a reasonable doubt."
_SETTLED = [
    "The Justice Department today announced a settlement with {firm} of {city}, {state}, under the Americans with Disabilities Act.",
    "The Justice Department has reached an agreement with {firm}, a provider in {city}, {state}, to resolve allegations that it violated the Americans with Disabilities Act.",
]
_CRIMES = {
    "bid rigging": (
        "conspiring to rig bids at public real estate foreclosure auctions",
        "Antitrust Division",
        "real estate investor",
    ),
    "health fraud": (
        "participating in a Medicare fraud and kickback scheme",
        "Criminal Division",
        "home health agency owner",
    ),
    "tax refunds": ("a stolen identity tax refund fraud scheme", "Tax Division", "tax preparer"),
    "kickbacks abroad": ("receiving bribes from a contractor overseas", "Criminal Division", "former Army officer"),
    "child images": ("receiving and possessing child pornography", "Criminal Division", "man"),
}


@dataclass(frozen=True)
class Told:
    """One release: ``case`` names the event's case, ``stage`` what it tells, ``family`` the prose it shares with others."""

    text: str
    title: str
    family: str
    case: str
    stage: str


def _facts(family: str, number: int) -> dict[str, str]:
    rng, shared = random.Random(f"{family}{number}"), random.Random(f"{family}")
    city, state, district = rng.choice(PLACES) if family != "bid rigging" else shared.choice(PLACES)
    first, last = rng.choice(FIRST), rng.choice(LAST)
    full = f"{first} {rng.choice('ABDEGHJKLMRST')}. {last}" if rng.random() < 0.4 else f"{first} {last}"
    other = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    year = rng.randint(2009, 2015)
    crime, division, trade = _CRIMES.get(family, ("", "Civil Rights Division", ""))
    return {
        "first": first, "last": last, "full": full, "other": other, "city": city, "state": state, "district": district,
        "city2": rng.choice(PLACES)[0], "county": shared.choice(LAST), "firm": f"{rng.choice(FIRMS)} {rng.choice(TRADES)}", "age": str(rng.randint(25, 70)),
        "m1": rng.choice(MONTHS), "m2": rng.choice(MONTHS), "m3": rng.choice(MONTHS), "m4": rng.choice(MONTHS), "d3": str(rng.randint(1, 28)),
        "d4": str(rng.randint(1, 28)), "y1": str(year - 3), "y2": str(year - 1), "y3": str(year + 1), "n": str(rng.randint(12, 900)),
        "amt": f"{rng.randint(11, 99) / 10}", "amt2": f"{rng.randint(5, 50) / 10}", "months": str(rng.randint(12, 180)), "max": rng.choice(["5", "10", "20"]),
        "rest": f"{rng.randint(20, 900)},{rng.randint(100, 999)}", "crime": crime, "division": division, "trade": trade,
        "article": "An" if state[0] in "AEIO" else "A", "rank": rng.choice(["captain", "sergeant", "major"]), "goods": rng.choice(["water", "gravel", "fuel", "tents"]),
        "judge": f"{shared.choice(FIRST)} {rng.choice(LAST)}",
    }  # fmt: skip


def _desk(family: str, era: int) -> dict[str, str]:
    """Who announces: the same for a family in one era."""
    rng = random.Random(f"desk{family}{era}")
    who = lambda: f"{rng.choice(FIRST)} {rng.choice(LAST)}"  # noqa: E731
    return {
        "head": f"Acting Assistant Attorney General {who()}", "usa": who(), "sac": who(), "trial": who(),
    }  # fmt: skip


def tell(family: str, number: int, stage: str, telling: int = 0) -> Told:
    """One release of case ``number``; another ``telling`` is another office's or a reposted one: other choices, same case."""
    rng = random.Random(f"{family}{number}{stage}{telling}")
    facts = _facts(family, number) | _desk(family, rng.randint(0, 1))
    scheme = _SCHEMES[family]
    boilerplate = scheme[-2:]
    kept = [s for s in scheme[:-2] if rng.random() < 0.85]
    if family == "disability settlement":
        parts = [rng.choice(_SETTLED), *kept, *boilerplate]
        title = "Justice Department Settles with {firm} over Access"
    else:
        parts = [rng.choice(_LEADS[stage]), _SECOND[stage], *kept]
        if stage == "charged":
            parts.append(_PRESUMED)
        announce = "{head} of the {division}, U.S. Attorney {usa} of the {district} and Special Agent in Charge {sac} of the FBI made the announcement."
        parts.insert(rng.choice([1, len(parts)]), announce)
        parts += [b for b in boilerplate if rng.random() < 0.9]
        title = "{state} {trade} {stage} in {crime}".replace("{stage}", stage)
    text = " ".join(parts).format(**facts)
    return Told(text, title.format(**facts), family, f"{family} {number}", stage)


FAMILIES = tuple(_SCHEMES)


def stages(family: str) -> tuple[str, ...]:
    """What a family's releases tell of."""
    return ("settled",) if family == "disability settlement" else tuple(_LEADS)
