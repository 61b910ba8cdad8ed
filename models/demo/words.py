"""The demo's names: people, companies, places and trades, all invented; no sentences (see `texts`).

Telephone numbers use the ranges kept free for fiction where a country has one.
"""

from __future__ import annotations

import re
import unicodedata

from models.demo.frames import listed

GIVEN: dict[str, tuple[str, ...]] = {
    "en": listed(
        "Olivia Amelia Grace Harriet Zoë Chloë Maya Naomi Priya Eleanor Siobhán Imogen Ruth Tessa Fiona "
        "George Oliver Marcus Dylan Owen Aaron Kofi Rajesh Callum Desmond Theo Victor Wesley Isaac Patrick"
    ),
    "de": listed(
        "Anna Jana Katharina Sabine Heike Käthe Ulrike Franziska Birgit Merle Jürgen Björn Matthias Stefan "
        "Günther Felix Lukas Thorsten Uwe Sören Dieter Jörg Emil Henrik Andreas"
    ),
    "fr": listed(
        "Élodie Camille Amélie Noémie Margaux Inès Solène Anaïs Manon Léa François Étienne Rémi Loïc Benoît "
        "Mathieu Jérôme Hugo Thibault Cédric Gaël Baptiste"
    ),
    "pl": listed(
        "Łukasz Paweł Michał Grzegorz Wojciech Tomasz Stanisław Małgorzata Agnieszka Katarzyna Zofia Bożena "
        "Ewa Joanna Dorota Jakub"
    ),
    "no": listed(
        "Jørgen Søren Åse Bjørn Mette Lærke Kåre Øyvind Ingrid Sigrid Freja Anders Lars Astrid Malin Göran "
        "Måns Linnéa Elin Håkan"
    ),
    "es": listed(
        "Íñigo Begoña Lucía Sofía Álvaro Andrés Marta Carmen Raúl Núria Jordi Pilar Joaquín Ángela Mateo Inmaculada"
    ),
    "zh": listed("伟 芳 娜 敏 静 磊 洋 艳 勇 军"),
}
FAMILY: dict[str, tuple[str, ...]] = {
    "en": listed(
        "O'Brien O'Connor Smith-Jones Whitfield Thackeray Okafor Patel Nakamura Ashworth Beaumont Carver "
        "Dunmore Ellison Fairweather Gallagher Hargreaves Ingram Jessop Kendrick Lockwood Marlowe Prescott "
        "Quigley Ramsey Sutherland Tremaine Underhill Vance Winslow D'Souza MacAllister"
    ),
    "de": listed(
        "Müller Schäfer Weiß Köhler Groß Jäger Böhm Vogel Brandt Lindemann Kühn Richter Hartwig Nußbaum "
        "Krüger Seidel Winkler Ziegler Ötzmann Überall Althaus Dörfler Eichhorn Falk"
    ),
    "fr": listed(
        "Lefèvre Dubois Béranger Moreau Château Garçon Lacroix Fournier Rousseau Chevalier Génin Delacour "
        "Marchand Perrault Saint-Clair Vauquelin"
    ),
    "pl": listed("Wójcik Kowalczyk Zieliński Dąbrowska Szymański Woźniak Jabłoński Krawczyk Głowacki Ślusarczyk"),
    "no": listed("Sørensen Møller Ødegård Lindqvist Åkesson Bjørnstad Nygård Hæstad Östlund Holmström Kjær Dahl"),
    "es": listed("García Muñoz Ibáñez Peña Ordóñez Núñez Castaño Echeverría Gutiérrez Solís Vidal Ferrer"),
    "zh": listed("李 王 张 刘 陈 杨 赵 黄"),
}
LATIN: dict[str, str] = dict(
    zip(
        "伟芳娜敏静磊洋艳勇军李王张刘陈杨赵黄",
        listed("wei fang na min jing lei yang yan yong jun li wang zhang liu chen yang zhao huang"),
        strict=True,
    )
)
PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "Ae", "đ": "d"} | LATIN)

# country: (language of names, cities, currency, weight, telephone pattern, legal form)
COUNTRIES: dict[str, tuple[str, tuple[str, ...], str, int, str, str]] = {
    "US": ("en", ("Austin", "Boston", "Denver", "Portland", "Chicago"), "USD", 26, "+1 212 555 01{:02d}", "Inc."),
    "GB": ("en", ("London", "Leeds", "Bristol", "Manchester"), "GBP", 18, "+44 20 7946 0{:03d}", "Ltd"),
    "DE": ("de", ("Berlin", "München", "Köln", "Hamburg", "Düsseldorf"), "EUR", 20, "+49 30 23125 {:03d}", "GmbH"),
    "FR": ("fr", ("Paris", "Lyon", "Nîmes"), "EUR", 7, "+33 1 99 00 {:02d} {:02d}", "SAS"),
    "NL": ("de", ("Amsterdam", "Utrecht"), "EUR", 5, "+31 20 555 0{:03d}", "B.V."),
    "PL": ("pl", ("Kraków", "Łódź", "Warszawa"), "EUR", 4, "+48 22 555 0{:01d} {:02d}", "Sp. z o.o."),
    "DK": ("no", ("København", "Aarhus"), "EUR", 4, "+45 33 55 {:02d} {:02d}", "ApS"),
    "SE": ("no", ("Göteborg", "Malmö"), "EUR", 4, "+46 8 465 004 {:02d}", "AB"),
    "ES": ("es", ("Málaga", "A Coruña", "Barcelona"), "EUR", 4, "+34 910 55 {:02d} {:02d}", "S.L."),
    "IE": ("en", ("Dublin", "Cork"), "EUR", 3, "+353 1 555 0{:03d}", "Ltd"),
    "SG": ("zh", ("Singapore",), "USD", 3, "+65 6555 0{:03d}", "Pte. Ltd."),
    "AU": ("en", ("Sydney", "Perth"), "USD", 2, "+61 2 5550 0{:03d}", "Pty Ltd"),
}
# further beginnings of numbers kept free for fiction; the digits after them are those of the country's pattern
AREAS: dict[str, tuple[str, ...]] = {
    "US": tuple(f"+1 {area} 555 01{{:02d}}" for area in listed("206 303 312 404 415 503 512 617 646 702 713 720 917")),
    "GB": ("+44 113 496 0{:03d}", "+44 117 496 0{:03d}", "+44 161 496 0{:03d}", "+44 7700 900{:03d}"),
    "DE": ("+49 40 66969 {:03d}", "+49 69 90009 {:03d}", "+49 89 99998 {:03d}", "+49 221 4710 {:03d}"),
    "FR": ("+33 2 61 91 {:02d} {:02d}", "+33 4 65 71 {:02d} {:02d}", "+33 6 39 98 {:02d} {:02d}"),
    "SE": ("+46 31 390 06{:02d}", "+46 40 628 04{:02d}", "+46 8 465 004 {:02d}", "+46 70 174 06 {:02d}"),
}
# language: streets, and whether the house number stands before the name
STREETS: dict[str, tuple[tuple[str, ...], bool]] = {
    "en": (("High Street", "Station Road", "Mill Lane", "Victoria Avenue", "Church Street", "Harbour Road"), True),
    "de": (("Lindenstraße", "Goethestraße", "Hafenstraße", "Bahnhofstraße", "Am Alten Markt", "Mühlenweg"), False),
    "fr": (("Rue des Lilas", "Avenue Foch", "Boulevard Voltaire", "Rue du Château", "Avenue de la Gare"), True),
    "pl": (("ul. Długa", "ul. Mickiewicza", "ul. Lipowa", "ul. Ogrodowa"), False),
    "no": (("Storgatan", "Kungsgatan", "Nygatan", "Nørregade", "Vestergade"), False),
    "es": (("Calle Mayor", "Calle del Puerto", "Avenida de la Constitución", "Calle Real"), False),
    "zh": (("Robinson Road", "Cecil Street", "Anson Road"), True),
}
POSTAL_CODES = {
    "US": "{:05d}", "GB": "LS{:d} 4QT", "NL": "{:04d} KX", "DK": "{:04d}", "PL": "{:02d}-120", "SE": "{:03d} 21",
    "IE": "D{:02d} W7H2", "SG": "{:06d}", "AU": "{:04d}",
}  # fmt: skip
FIRST_PARTS = listed(
    "Amber Alder Anchor Arbor Ash Aster Atlas Aurora Basalt Beacon Birch Blue Bramble Bright Brook Cedar "
    "Cinder Clear Cliff Cloud Cobalt Copper Coral Crest Crown Dawn Delta Drift Dune Eagle Echo Elder Elm "
    "Ember Fair Fern Field Finch Flint Fox Frost Gale Garnet Glen Golden Granite Green Harbor Hawk Hazel "
    "Heron High Indigo Iron Ivory Jade Juniper Kestrel Lake Lark Laurel Linden Lumen Lunar Maple Marble "
    "Meadow Mercury Mill Mistral Moss North Oak Ocean Olive Onyx Opal Orchid Osprey Pebble Pine Polar "
    "Quartz Quill Raven Red Ridge River Robin Rowan Saffron Sage Scarlet Silver Slate Solar Sparrow "
    "Spruce Sterling Stone Summit Swift Teal Thistle Timber Topaz Umber Vale Velvet Verde Violet Walnut "
    "Willow Winter Wren Zephyr"
)
SECOND_PARTS = listed(
    "bridge brook craft dale fall field ford forge gate grove haven hill house lane leaf light line mark "
    "mere mill path peak point port reach ridge rock shore side stead stream terra tide vale view ward "
    "water way well wick wing wood works worth yard"
)
TRADES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Software", ("Software", "Systems", "Labs", "Apps", "Digital")),
    ("Logistics", ("Logistics", "Freight", "Cargo", "Transport")),
    ("Health care", ("Health", "Clinics", "Care", "Diagnostics")),
    ("Financial services", ("Capital", "Insurance", "Finance", "Payments")),
    ("Retail", ("Retail", "Stores", "Outfitters", "Market")),
    ("Manufacturing", ("Manufacturing", "Tools", "Plastics", "Motors")),
    ("Media", ("Media", "Studios", "Press", "Pictures")),
    ("Education", ("Academy", "Learning", "Schools")),
    ("Energy", ("Energy", "Solar", "Power")),
    ("Professional services", ("Consulting", "Partners", "Advisory", "Legal")),
)
# two different companies that look like one; each of a pair: name, legal name, domain, country
TWINS: tuple[tuple[tuple[str, str, str, str], tuple[str, str, str, str]], ...] = (
    (
        ("Northwind Labs", "Northwind Labs Inc.", "northwind-labs.example", "US"),
        ("Northwind Laboratories", "Northwind Laboratories Ltd", "northwindlaboratories.example", "GB"),
    ),
    (
        ("Brightfork", "Brightfork GmbH", "brightfork.example", "DE"),
        ("Brightfork Labs", "Brightfork Labs GmbH", "brightfork-labs.example", "DE"),
    ),
    (
        ("Müller & Söhne", "Müller & Söhne KG", "muellersoehne.example", "DE"),
        ("Mueller Sons", "Mueller Sons Ltd", "muellersons.example", "GB"),
    ),
    (
        ("Kestrel Group", "Kestrel Group plc", "kestrelgroup.example", "GB"),
        ("Kestrel Grp.", "Kestrel Grp. B.V.", "kestrel-grp.example", "NL"),
    ),
)
TITLES: tuple[tuple[str, str, str], ...] = (
    ("Head of Operations", "Operations", "champion"),
    ("Chief Financial Officer", "Finance", "economic_buyer"),
    ("IT Manager", "IT", "technical_buyer"),
    ("Project Manager", "Operations", "user"),
    ("Managing Director", "Management", "economic_buyer"),
    ("Customer Service Lead", "Customer Service", "user"),
    ("Data Analyst", "IT", "user"),
    ("Procurement Manager", "Finance", "blocker"),
    ("Marketing Manager", "Marketing", "influencer"),
    ("Team Assistant", "Management", "unknown"),
)
FREE_MAIL = ("gmail.com", "outlook.com", "gmx.de", "yahoo.com", "icloud.com", "web.de")
LEAD_SOURCES = ("Inbound website", "Referral", "Trade fair", "Outbound", "Partner", "Webinar", "Product sign-up")
TEAM: tuple[tuple[str, str, bool], ...] = (
    ("Ines Albrecht", "csm", True),
    ("Tomás Ferreira", "csm", True),
    ("Nadia Rahimi", "csm", True),
    ("Jonas Weidmann", "csm", True),
    ("Céline Aubert", "csm", False),
    ("Priya Raman", "account_executive", True),
    ("Declan O'Hara", "account_executive", True),
    ("Magnus Lindström", "account_executive", True),
    ("Rebecca Stein", "account_executive", False),
    ("Yusuf Demir", "support", True),
    ("Hannah Großmann", "support", True),
    ("Piotr Żak", "support", True),
    ("Aoife Byrne", "support", True),
    ("Leon Marchetti", "support", False),
)


def plain(text: str) -> str:
    """`text` in lower-case ASCII letters, digits and spaces."""
    folded = unicodedata.normalize("NFKD", text.translate(PLAIN))
    return re.sub(r"[^a-z0-9 ]+", "", folded.encode("ascii", "ignore").decode().lower().replace("-", " "))


def slug(text: str) -> str:
    """`text` as the label of a domain."""
    return re.sub(r"\s+", "", plain(text))
