"""Twenty articles of one outlet as it prints them: eighteen stories, one of them a wire report that came three times.

Around each stand the outlet's lines: a section line, an appeal whose numbers change, the author's biography, headlines
of earlier articles. None of these has words that a phrase of `include/rules` names, as far as that can be had: what
cuts them has to be their repetition. Within some bodies stand lines that articles rightly share.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

OUTLET = "harbour-courier"
FIRST_DAY = date(2026, 2, 20)
WIRE = 10
"""The number of the story that was printed three times."""

BIOGRAPHIES = {
    "Marta Lindgren": "Marta Lindgren has walked the quays of this town since she was nine and knows most of its "
    "dogs. She grew up above a sail loft, studied in Uppsala and came home for the herring.",
    "Owen Pryce": "Owen Pryce came for one summer and stayed for twenty. Trains, taxes and the weather are his, "
    "in that order, and he still answers letters by hand.",
}
SECTION = "Courier town pages"
SIGN_OFF = "Printed on both sides of the water"


def appeal(number: int) -> str:
    """The outlet's request; two of its numbers are new in every article."""
    return (
        f"There is no owner behind these pages but the {11_800 + number * 37:,} households that share the printing "
        f"bill. From {4 + number % 5} euros a month yours may be the next, and the press can go on turning."
    )


BODIES: list[tuple[str, list[str]]] = [
    (
        "Ferry to the outer islands stops for a month",
        [
            "The old ferry will lie in the dry dock from Monday, and the islanders have to make do with a fishing "
            "boat that takes twelve people and no cars.",
            "A crack in the shaft was found on Friday, when the engineer heard a noise that he did not like. The "
            "shipyard expects the new part at the end of the week.",
            "Why it matters",
            "Two hundred children go to school on the mainland. The school has offered lessons by telephone for "
            "those who cannot come before the boat is back.",
        ],
    ),
    (
        "Bakery on Mill Street closes after ninety years",
        [
            "Nobody in the family wanted the ovens, so on Saturday the Hansens sold their last rye bread and gave "
            "the sourdough to a neighbour who had asked for it.",
            "The queue reached the church. Some had come from the other side of the county because their "
            "grandparents had been married with one of its cakes.",
            "The house has been bought by a dentist, who wants to keep the sign above the door.",
        ],
    ),
    (
        "Council votes to rebuild the northern bridge",
        [
            "By nine votes to six the council decided on Tuesday night to rebuild the northern bridge in steel, and "
            "not in timber as the engineers had advised.",
            "The mayor called it a decision for a hundred years. Her opponents called it a debt for fifty, and left "
            "the hall before the minutes were read.",
            "Why it matters",
            "Without the bridge the way to the hospital is eleven minutes longer, which the ambulance crews have "
            "measured on every day since the autumn.",
            "The northern bridge was closed in October, when divers found that two of its piers had lost the stones "
            "they stand on.",
        ],
    ),
    (
        "Seals come back to the estuary",
        [
            "For the first time since the paper mill opened, a colony of seals has had its young on the sandbank "
            "off the lighthouse.",
            "A biologist counted fourteen of them on Sunday from a kayak. She asks people with dogs to keep to the "
            "western path until the end of May.",
            "Background",
            "The mill stopped pouring its waste into the river a decade ago, and the eels returned first.",
        ],
    ),
    (
        "Northern bridge will cost twice as much",
        [
            "Steel has become so dear that the three offers for the new crossing are all above what the council "
            "has set aside, the treasurer told the finance committee on Thursday.",
            "He proposed to wait for a year. The committee did not vote on it, and one member asked why nobody had "
            "telephoned the steelworks before the meeting.",
            "The northern bridge was closed in October, when divers found that two of its piers had lost the stones "
            "they stand on.",
        ],
    ),
    (
        "Night trains return to the coast line",
        [
            "From the middle of June a sleeping car will leave the capital at ten and arrive here in time for "
            "breakfast, the railway said on Wednesday.",
            "There were night trains until the nineties. The last one was full, as those who rode it like to "
            "recall, and was stopped because its carriages had no heating.",
            "Why it matters",
            "The hotels count on guests who do not fly, and the fish auction on a cold van at the end of the train.",
        ],
    ),
    (
        "School choir wins in Leipzig without its conductor",
        [
            "Their conductor lay in bed with the flu, so a bass from the eleventh class raised his arms and let "
            "them begin.",
            "The jury praised the attack of the consonants and the courage of the sopranos, who had lost their "
            "music on the bus.",
            "On Monday they will sing on the steps of the town hall at noon, and in the evening for the nurses.",
        ],
    ),
    (
        "Rents rise faster than wages, survey finds",
        [
            "A flat of two rooms near the station now takes two fifths of what a nurse brings home, according to a "
            "survey by the tenants of the old town.",
            "Landlords dispute the figures. They point to roofs and boilers, and to the tax on waste water that was "
            "raised twice in a year.",
            "Background",
            "The last council homes were sold in the spring of the flood, when the town needed money for the dyke.",
        ],
    ),
    (
        "A chess club for people who cannot sleep",
        [
            "It opens at eleven at night, above the laundrette, and closes when the last game is over. The kettle "
            "is never cold.",
            "Among the members are two taxi drivers, a retired judge, and a mother whose son has learnt to sleep "
            "through the ticking of the clocks.",
            "Nobody has ever been asked for a fee. The club lives on what is found under the cushions.",
        ],
    ),
    (
        "Divers lift a cannon from the harbour floor",
        [
            "It lay in eight metres of water under a layer of oyster shells, and weighs as much as a small car.",
            "The founder's mark says that it was cast in the year of the great fire. How it came here nobody "
            "knows, since no ship of that age is said to have gone down in the bay.",
            "Why it matters",
            "The museum hopes that wood has been kept by the mud below it, and has asked the dredgers to stay away.",
        ],
    ),
    (
        "Ministers agree on fishing quotas after a long night",
        [
            "BRUSSELS — After nineteen hours of talks the fisheries ministers agreed early on Friday to catch a "
            "fifth less cod in the eastern waters next year.",
            "Scientists had asked for a complete halt. The ministers also decided to let small boats keep what they "
            "have caught by mistake, as long as they land all of it.",
            "Trawlers from four countries stayed in port while the talks went on, and their owners said that they "
            "would go to court about the rest of the plan.",
            "The agreement has to be confirmed by the parliaments before the winter season begins.",
        ],
    ),
    (
        "Storm takes the roof of the rowing club",
        [
            "At four in the morning the wind lifted the tin roof in one piece and laid it down on the tennis "
            "courts, where it still is.",
            "Nobody was hurt. Three boats were broken, among them the eight in which the women won the regatta "
            "last summer.",
            "The insurer will send somebody on Thursday, and until then the members row from the beach.",
        ],
    ),
    (
        "Doctor retires and leaves two thousand patients",
        [
            "When she closes her practice in July there will be nobody in the eastern district who treats children.",
            "The health board has advertised the post for a year. One applicant came, looked at the stairs, and "
            "took a place in a clinic by the lake.",
            "Background",
            "The town had nine doctors when the shipyard was open, and has four today.",
        ],
    ),
    (
        "Engineers offer to repair the northern bridge in timber",
        [
            "A company from the mountains says that it could mend the crossing with larch from its own forest, in "
            "half of the time and for a third of the money.",
            "The town engineer went to see two of its works and came back impressed. The council has not answered "
            "the letter, which is dated three weeks ago.",
            "The northern bridge was closed in October, when divers found that two of its piers had lost the stones "
            "they stand on.",
        ],
    ),
    (
        "Library lends out telescopes",
        [
            "Anybody with a card may take one home for a fortnight, together with a red lamp and a map of the sky "
            "in April.",
            "The idea came from a boy who had asked for a book on Saturn and did not want to give it back.",
            "All seven were gone within an hour. The library has put the names of forty more people on a list.",
        ],
    ),
    (
        "Old shipyard to become a film studio",
        [
            "Where tankers were welded there will be a forest in summer, and in the winter a street of a city that "
            "does not exist.",
            "The producers have signed for ten years. They will pay less than the yard once paid for its paint, "
            "but they promise work for carpenters and for cooks.",
            "Why it matters",
            "Since the yard was closed the hall has cost the town a roof every third winter.",
        ],
    ),
    (
        "Beekeepers lose half of their hives",
        [
            "A mild winter kept the mites alive, and in March many boxes were found with honey and no bees.",
            "The oldest beekeeper in the county has seen this twice before. He advises the young ones to breed "
            "from what is left, and to plant willows.",
            "Orchards have begun to hire hives from the south, at a price that only the large ones can pay.",
        ],
    ),
    (
        "Town band marches again after a quarrel of six years",
        [
            "The trumpets wanted to march in front and the drums wanted to be heard, and for six years there were "
            "two bands that practised on different nights.",
            "On Sunday they met by accident at a funeral, played the same hymn, and went to the inn together.",
            "The new order of march will be drawn by lot before each parade, by a child.",
        ],
    ),
]


@dataclass(frozen=True, slots=True)
class Printed:
    """An article as it is on the page: its body, and what the outlet puts around it."""

    number: int
    title: str
    author: str
    body: tuple[str, ...]
    around: tuple[str, ...]
    blocks: tuple[str, ...]
    day: date

    @property
    def line(self) -> dict[str, object]:
        """The article as a line of a landing file."""
        return {
            "id": f"courier-{self.number:02}",
            "url": f"https://www.harbour-courier.example/{self.day}/article-{self.number:02}",
            "outlet": OUTLET,
            "title": self.title,
            "authors": [self.author],
            "language": "en",
            "published_at": f"{self.day}T07:{self.number:02}:00Z",
            "text": "\n\n".join(self.blocks),
        }


def twenty() -> list[Printed]:
    """Return the articles, the oldest first; each links to the three before it."""
    order = [*range(WIRE + 1), WIRE, *range(WIRE + 1, len(BODIES)), WIRE]
    again = {11: "Less cod to be caught in the eastern waters", 19: "What the fisheries ministers have agreed on"}
    titles = [again.get(number, BODIES[story][0]) for number, story in enumerate(order)]
    return [_printed(number, titles, list(BODIES[story][1])) for number, story in enumerate(order)]


def _printed(number: int, titles: list[str], body: list[str]) -> Printed:
    author = list(BIOGRAPHIES)[number % 2]
    if number == 19:  # the third print of the wire report has a line of its own
        body = [*body[:3], "The fishermen of this harbour catch no cod, and were content."]
    related = titles[max(0, number - 3) : number]
    around = [appeal(number), BIOGRAPHIES[author], *related, SIGN_OFF]
    return Printed(
        number=number,
        title=titles[number],
        author=author,
        body=tuple(body),
        around=(SECTION, *around),
        blocks=(SECTION, *body, *around),
        day=FIRST_DAY + timedelta(days=number // 5),
    )


def as_lines(articles: list[Printed]) -> bytes:
    """Return a JSON Lines file of articles."""
    return "".join(json.dumps(article.line) + "\n" for article in articles).encode()
