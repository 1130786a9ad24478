"""A synthetic press room: releases written from templates, with the case, office and boilerplate drawn by a seed."""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

import random
from dataclasses import dataclass, field

FIRST = (
    "Marcus Elena Darnell Priya Tobias Lucille Hector Yolanda Simeon Beatriz Clifton Rashida Owen Marisol Gideon Tamsin "
    "Laszlo Ingrid Femi Corazon Dmitri Leocadia Burton Anneliese Kwame Rosalind Thaddeus Mireya Ezekiel Paloma Lamar "
    "Svetlana Ignacio Winifred Desmond Araceli Jarvis Noor Cornelius Valentina"
).split()
LAST = (
    "Ashgrove Belcastro Cudahy Delahunt Eastwick Farrokh Gutwein Hallowell Iturbide Janacek Kilpatrick Lindqvist "
    "Mbeki Narayanan Oyelaran Pacheco Quarles Rosario Stanhope Thackeray Uzcategui Vandermeer Wojcik Xiong Yarborough "
    "Zambrano Abernathy Brightwater Castellanos Dragomir Esparza Fitzwilliam Golubev Hinojosa Ivanchuk Jurado Kowalczyk "
    "Lachance Montclair Nightingale Okonjo Pellerin Ravensdale Szymanski Tillotson Urquhart Villarreal Westergaard"
).split()
PLACES = (
    ("Laredo", "Texas", "Southern District of Texas"),
    ("Yuma", "Arizona", "District of Arizona"),
    ("Toledo", "Ohio", "Northern District of Ohio"),
    ("Mobile", "Alabama", "Southern District of Alabama"),
    ("Fresno", "California", "Eastern District of California"),
    ("Buffalo", "New York", "Western District of New York"),
    ("Shreveport", "Louisiana", "Western District of Louisiana"),
    ("Duluth", "Minnesota", "District of Minnesota"),
    ("Savannah", "Georgia", "Southern District of Georgia"),
    ("Camden", "New Jersey", "District of New Jersey"),
    ("Tulsa", "Oklahoma", "Northern District of Oklahoma"),
    ("Spokane", "Washington", "Eastern District of Washington"),
    ("Knoxville", "Tennessee", "Eastern District of Tennessee"),
    ("Worcester", "Massachusetts", "District of Massachusetts"),
    ("Ocala", "Florida", "Middle District of Florida"),
    ("Topeka", "Kansas", "District of Kansas"),
)
MONTHS = "January February March April May June July August September October November December".split()
FIRMS = "Harborline Summit Cobalt Meridian Pinecrest Larkspur Northgate Bluestem Ironwood Cascadia Palisade Redwater".split()
TRADES = (
    "Medical Supply,Home Health,Logistics,Freight,Contracting,Tax Service,Staffing,Seafood,Auto Parts,Pharmacy".split(
        ","
    )
)
NATIONS = "Guatemala Honduras Ecuador Romania Ghana Vietnam Moldova Peru Jamaica Belarus Nepal Senegal".split()
PORTS = "Calexico,Eagle Pass,Roma,Pembina,Champlain,Nogales,Otay Mesa,Brownsville,Port Huron,Del Rio,Presidio,Derby Line".split(
    ","
)
DRUGS = "methamphetamine,cocaine,fentanyl,heroin,liquid meth,marijuana".split(",")

CBP_TAIL = (
    "U.S. Customs and Border Protection is the unified border agency within the Department of Homeland Security charged "
    "with the comprehensive management, control, and protection of our nation's borders, combining customs, immigration, "
    "border security, and agricultural protection at and between official ports of entry.\n\n"
    "Follow the field office on social media for breaking news, current events and human interest stories."
)
ICE_TAIL = (
    "Consistent with agency protocols, the appropriate components have been notified about the death, including the "
    "Office of Inspector General and the Office of Professional Responsibility. The consulate was notified as well.\n\n"
    "The agency makes official notifications to Congress, nongovernmental stakeholders and the media upon an official "
    "report of a detainee's death, and posts a news release with relevant details on the public website within two "
    "business days. The agency is committed to the health and welfare of all those in its custody. Comprehensive medical "
    "care is provided from the moment individuals arrive and throughout the entirety of their stay, and at no time during "
    "detention is a detainee denied emergency care."
)
DOJ_TAIL = (
    "The strike force, now operating in nine cities across the country, has charged more than 3,500 defendants who "
    "collectively have billed the program for more than $12.5 billion since its inception. In addition, the centers for "
    "program integrity, working with the inspector general, are taking steps to increase accountability and decrease the "
    "presence of fraudulent providers. To learn more, visit the strike force's website."
)
TAX_TAIL = (
    "Taxpayers seeking a return preparer should remain vigilant. The revenue service has information on its website for "
    "choosing a tax preparer and has launched a free directory of credentialed preparers. In the past decade, the division "
    "has obtained injunctions against hundreds of unscrupulous tax preparers. Information about these cases is available "
    "on the department's website."
)


@dataclass(frozen=True, slots=True)
class Case:
    """The facts of one event."""

    seed: int
    person: str
    surname: str
    other: str
    age: int
    city: str
    state: str
    district: str
    month: str
    day: int
    year: int
    firm: str
    nation: str
    port: str
    drug: str
    amount: str
    pounds: int
    months: int
    count: int
    official: str
    agent: str
    judge: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release and its case; ``kind`` names the template, ``stage`` what happened."""

    title: str
    text: str
    kind: str
    case: Case
    quotes: tuple[str, ...] = field(default=())


def name(rng: random.Random) -> str:
    """A person who does not exist."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def case(seed: int, office: int) -> Case:
    """The facts of event ``seed``; ``office`` fixes who announces (many events share their announcers)."""
    rng, desk = random.Random(f"case{seed}"), random.Random(f"office{office}")
    person = name(rng)
    city, state, district = rng.choice(PLACES)
    return Case(
        seed=seed,
        person=person,
        surname=person.split()[1],
        other=name(rng),
        age=rng.randint(21, 74),
        city=city,
        state=state,
        district=district,
        month=rng.choice(MONTHS),
        day=rng.randint(1, 28),
        year=rng.randint(2011, 2019),
        firm=f"{rng.choice(FIRMS)} {rng.choice(TRADES)}",
        nation=rng.choice(NATIONS),
        port=rng.choice(PORTS),
        drug=rng.choice(DRUGS),
        amount=f"{rng.randint(11, 98) / 10}",
        pounds=rng.randint(12, 940),
        months=rng.randint(14, 188),
        count=rng.randint(9, 870),
        official=name(desk),
        agent=name(desk),
        judge=name(desk),
    )


def _seizure(c: Case) -> tuple[str, list[str]]:
    rng = random.Random(f"s{c.seed}")
    title = f"CBP officers in {c.port} seize {c.pounds} pounds of {c.drug}"
    return title, [
        f"{c.port.upper()} — U.S. Customs and Border Protection officers at the {c.port} port of entry intercepted "
        f"{c.drug} valued at ${c.amount} million hidden in a vehicle arriving from abroad.",
        f"The seizure occurred on {c.month} {c.day}, when a CBP officer assigned to the port referred a "
        f"{rng.choice(['2009 sedan', '2014 pickup', 'commercial tractor-trailer', 'passenger bus'])} for secondary inspection. "
        f"Following a canine and non-intrusive inspection system examination, officers discovered a total of {rng.randint(4, 160)} "
        f"packages containing {c.pounds} pounds of alleged {c.drug} concealed within the conveyance.",
        f"“Our officers continue to utilize their training, intuition and strategic use of technology to prevent these kinds of "
        f"deadly drugs from reaching our communities,” said Port Director {c.official}. “I commend them for their vigilance.”",
        "CBP seized the narcotics and the vehicle. The case remains under investigation by special agents with Homeland Security "
        f"Investigations. The {c.age}-year-old driver was turned over for further processing.",
        CBP_TAIL,
    ]


def _roundup(c: Case) -> tuple[str, list[str]]:
    rng = random.Random(f"r{c.seed}")
    n = [rng.randint(2, 90) for _ in range(9)]
    title = f"Weekly enforcement summary: {c.city} field office, week of {c.month} {c.day}"
    return title, [
        f"{c.city.upper()} — U.S. Customs and Border Protection officers in the {c.city} area of responsibility made {n[0]} arrests "
        f"and seized {n[1]} loads of narcotics during the week ending {c.month} {c.day}, Port Director {c.official} announced today.",
        f"Officers working at the international bridges encountered {n[2]} inadmissible travelers, of whom {n[3]} were returned. "
        f"In one instance officers inspecting a vehicle discovered {n[4]} packages of {c.drug} weighing {c.pounds} pounds.",
        f"Agriculture specialists issued {n[5]} emergency action notifications and intercepted {n[6]} significant pests. "
        f"Officers also apprehended {n[7]} persons wanted on outstanding warrants, among them a {c.age}-year-old wanted for assault.",
        f"“The men and women of this office work tirelessly every day to facilitate lawful trade and travel while keeping dangerous "
        f"people and goods out of our country,” said {c.official}. “These numbers speak for themselves.”",
        "The individuals were processed for prosecution or removal in accordance with established guidelines and the narcotics were "
        "turned over to the appropriate authorities.",
        CBP_TAIL,
    ]


def _death(c: Case) -> tuple[str, list[str]]:
    title = f"{c.nation} national in custody passes away at {c.city} hospital"
    return title, [
        f"{c.city.upper()} — {c.person}, a {c.age}-year-old citizen of {c.nation} in the custody of U.S. Immigration and Customs "
        f"Enforcement, was pronounced dead by medical professionals at {c.city} General Hospital on {c.month} {c.day}. The "
        "preliminary cause of death is pending an official autopsy.",
        f"{c.surname} entered the United States near {c.port} in {c.year - 6} without authorization from an immigration official. "
        f"{c.surname} was arrested in {c.city} and transferred to the custody of the agency on {c.month} {max(1, c.day - 9)}.",
        f"On {c.month} {max(1, c.day - 2)}, facility medical staff found {c.surname} unresponsive and began lifesaving measures until "
        "emergency medical services arrived and transported the detainee to the hospital.",
        ICE_TAIL,
    ]


def _sentencing(c: Case) -> tuple[str, list[str]]:
    title = f"{c.state} Man Sentenced to {c.months} Months in Prison for Health Care Fraud Scheme"
    return title, [
        f"The owner of {c.firm} was sentenced today to {c.months} months in prison for his role in a ${c.amount} million scheme to "
        "defraud the federal health care program, the Department of Justice announced.",
        f"{c.person}, {c.age}, of {c.city}, {c.state}, was sentenced by U.S. District Judge {c.judge} of the {c.district}. "
        f"In addition to the prison term, {c.surname} was ordered to serve three years of supervised release and to pay "
        f"restitution. {c.surname} previously pleaded guilty to one count of conspiracy to commit health care fraud.",
        *_scheme(c),
        _announcers(c),
        DOJ_TAIL,
    ]


def _charge(c: Case) -> tuple[str, list[str]]:
    title = f"Owner of {c.firm} Charged in ${c.amount} Million Health Care Fraud Scheme"
    return title, [
        f"The owner of {c.firm} was charged in an indictment unsealed today for his alleged role in a ${c.amount} million scheme "
        "to defraud the federal health care program, the Department of Justice announced.",
        f"{c.person}, {c.age}, of {c.city}, {c.state}, made his initial appearance before a magistrate judge in the {c.district}. "
        f"{c.surname} is charged with four counts of health care fraud and one count of conspiracy. If convicted, he faces a "
        "maximum penalty of 20 years in prison.",
        *_scheme(c),
        "An indictment is merely an allegation, and all defendants are presumed innocent until proven guilty beyond a reasonable "
        "doubt in a court of law.",
        _announcers(c),
        DOJ_TAIL,
    ]


def _scheme(c: Case) -> list[str]:
    return [
        f"According to court documents, from {c.year - 4} to {c.year}, {c.surname} and his co-conspirator, {c.other}, submitted claims "
        f"through {c.firm} for services that were never provided, were medically unnecessary or were procured by kickbacks. "
        f"{c.surname} paid recruiters in and around {c.city} for the identifying information of beneficiaries, and used it to bill "
        f"the program for more than ${c.amount} million, of which the program paid a large part.",
        f"Court documents show that {c.surname} directed {c.other} to falsify {c.count} patient files so that it appeared that the "
        "patients qualified for and had received the services billed. The proceeds were withdrawn in cash and used for real estate.",
    ]


def _announcers(c: Case) -> str:
    return (
        f"U.S. Attorney {c.official} of the {c.district} and Special Agent in Charge {c.agent} of the regional office of the "
        "inspector general made the announcement. The case was investigated by the FBI and the inspector general, and was brought "
        "as part of the strike force, supervised by the Criminal Division's Fraud Section."
    )


def _preparer(c: Case) -> tuple[str, list[str]]:
    title = f"Federal Court Bars {c.city} Tax Preparer from Preparing Returns for Others"
    return title, [
        f"A federal court in {c.city}, {c.state}, has permanently barred {c.person}, individually and doing business as {c.firm}, from "
        "preparing federal tax returns for others, the Justice Department announced today.",
        f"The civil injunction order, to which the defendant consented without admitting the allegations, was entered by Judge {c.judge} "
        f"of the U.S. District Court for the {c.district} on {c.month} {c.day}. The court also ordered {c.surname} to provide the names, "
        "addresses and taxpayer identification numbers of all customers for whom returns were prepared.",
        f"According to the complaint, {c.surname} prepared returns that claimed fabricated business expenses, inflated deductions and "
        f"bogus credits to which the customers were not entitled. The complaint alleged that the revenue service audited {c.count} of the "
        f"returns and estimated the harm to the Treasury to exceed ${c.amount} million.",
        "Return preparer fraud is one of the dirty dozen tax scams that the revenue service warns of every filing season.",
        TAX_TAIL,
    ]


def _monitors(c: Case) -> tuple[str, list[str]]:
    title = f"Justice Department to Monitor Elections in {c.state}"
    return title, [
        f"The Justice Department announced today that it will monitor elections on {c.month} {c.day} in {c.city}, {c.state}, to ensure "
        "compliance with the Voting Rights Act of 1965 and other federal voting rights statutes.",
        "The Voting Rights Act prohibits discrimination in the election process on the basis of race, color or membership in a minority "
        "language group. In addition, the act requires certain covered jurisdictions to provide language assistance during the "
        "election process. Under the act, the department is authorized to ask the Office of Personnel Management to send federal "
        "observers to areas that are specially covered in the act or by a federal court order.",
        f"Federal observers will be assigned to {c.city} pursuant to an order of the U.S. District Court for the {c.district}. The "
        "observers will watch and record activities during voting hours at polling locations, and Civil Rights Division attorneys will "
        "coordinate the federal activities and maintain contact with local election officials.",
        "Each year, the department deploys hundreds of federal observers and departmental staff to monitor elections across the country. "
        "To file complaints about discriminatory voting practices, including acts of harassment or intimidation, voters may call the "
        "Voting Section of the department's Civil Rights Division.",
    ]


def _bank(c: Case) -> tuple[str, list[str]]:
    bank = f"{c.surname} & {c.other.split()[1]} Privatbank"
    title = f"Justice Department Announces {bank} Reaches Resolution under Bank Program"
    return title, [
        f"The Department of Justice announced today that {bank} reached a resolution under the department's bank program. {bank} will pay "
        f"a penalty of ${c.amount} million.",
        "The program, which was announced five years ago, provides a path for foreign banks to resolve potential criminal liabilities in "
        "the United States. Banks eligible to enter the program were required to advise the department by the end of that year that they "
        "had reason to believe that they had committed tax-related criminal offenses in connection with undeclared accounts.",
        "Under the program, banks are required to make a complete disclosure of their cross-border activities, provide detailed "
        "information on an account-by-account basis, cooperate in treaty requests for account information, provide detailed information "
        "as to other banks that transferred funds into secret accounts, agree to close accounts of holders who fail to come into "
        "compliance and pay appropriate penalties.",
        f"According to the terms of the non-prosecution agreement signed today, {bank} agrees to cooperate in any related criminal or "
        "civil proceedings, demonstrate its implementation of controls to stop misconduct involving undeclared accounts and pay a "
        "penalty in return for the department's agreement not to prosecute the bank.",
        f"{bank}, founded in {c.year - 140} and based in {c.other.split()[1]}, held {c.count} accounts with an aggregate maximum balance "
        f"of more than ${c.pounds} million for clients with ties to the United States during the relevant period.",
        f"“The bank program continues to yield results,” said Acting Assistant Attorney General {c.official} of the Tax Division. “Those "
        "who hid money abroad should come forward before it is too late.”",
    ]


def _settlement(c: Case) -> tuple[str, list[str]]:
    title = f"{c.firm} Agrees to Pay ${c.amount} Million to Resolve False Claims Act Allegations"
    return title, [
        f"{c.firm}, based in {c.city}, {c.state}, has agreed to pay ${c.amount} million to resolve allegations that it violated the False "
        "Claims Act by knowingly submitting false claims to federal programs, the Justice Department announced today.",
        f"“Companies that do business with the government must deal fairly,” said Acting Assistant Attorney General {c.official} of the "
        "Civil Division. “We will continue to hold accountable those who put profit before their obligations to the taxpayer.”",
        f"The settlement resolves allegations that, between {c.year - 5} and {c.year}, {c.firm} billed federal programs for {c.count} "
        "orders that it knew did not meet the contract's requirements.",
        f"The settlement resolves a lawsuit filed by {c.person}, a former employee, under the whistleblower provisions of the act, which "
        f"permit private parties to sue on behalf of the government and to share in any recovery. {c.surname} will receive a share.",
        f"The resolution was the result of a coordinated effort between the Civil Division's Commercial Litigation Branch and the U.S. "
        f"Attorney's Office for the {c.district}. The claims resolved by the settlement are allegations only; there has been no "
        "determination of liability.",
    ]


def _office(c: Case) -> tuple[str, list[str]]:
    """The same sentencing as told by the U.S. Attorney's own office."""
    title = f"{c.city} Business Owner Gets {c.months} Months for Defrauding Health Care Program"
    return title, [
        f"{c.city.upper()}, {c.state} — {c.person}, {c.age}, who owned {c.firm}, was sentenced in federal court here today to "
        f"{c.months} months in prison for defrauding the health care program of ${c.amount} million, U.S. Attorney {c.official} said.",
        f"“Mr. {c.surname} stole from a program that the sick and elderly of this district depend on,” said {c.official}. “Today's "
        "sentence tells others who are tempted to do the same that they will be found.”",
        *_scheme(c),
        f"Judge {c.judge} also imposed three years of supervised release and restitution. {c.surname} was remanded to the custody of the "
        "marshals. Assistant U.S. Attorneys prosecuted the case, which the FBI investigated.",
    ]


TEMPLATES = {
    "seizure": _seizure,
    "round-up": _roundup,
    "death notice": _death,
    "sentencing": _sentencing,
    "tax preparer": _preparer,
    "election monitors": _monitors,
    "bank program": _bank,
    "settlement": _settlement,
}
FOLLOWS = {"charged": _charge, "other office": _office}


def release(kind: str, seed: int, office: int = 0) -> Release:
    """A release of event ``seed`` written from template ``kind``."""
    facts = case(seed, office)
    title, paragraphs = (TEMPLATES | FOLLOWS)[kind](facts)
    quotes = tuple(q.split("”")[0] for p in paragraphs for q in p.split("“")[1:])
    return Release(title=title, text="\n\n".join(paragraphs), kind=kind, case=facts, quotes=quotes)
