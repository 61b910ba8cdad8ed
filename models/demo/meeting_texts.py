"""The demo's sentences about work with customers: meetings, notes, tasks and chats; other sentences are in `texts`."""

from __future__ import annotations

# title, agenda, what came of it where people are content and where they are not, what was agreed
REVIEWS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "Quarterly business review",
        "Goals of the quarter, use by team, open tickets, plans",
        "Goals reached; the finance team joins next quarter.",
        "Use is down in two teams; they doubt the value.",
        "Send the use report; name the goals of the next quarter.",
    ),
    (
        "Check-in",
        "What went well, what did not, what is next",
        "All well. They showed us their new automation.",
        "Short meeting. Three tickets are still open, patience is thin.",
        "Follow up on the open tickets.",
    ),
    (
        "Adoption call",
        "Who uses what, training needed",
        "12 of 15 people are active; training for the rest is booked.",
        "Half of the team went back to spreadsheets.",
        "Book a training for the new people.",
    ),
)
DEMOS: tuple[tuple[str, str, str, str], ...] = (
    ("First call", "Needs, people, time", "They want to replace two tools by autumn.", "Send the offer."),
    (
        "Demonstration",
        "Boards, automation, reports",
        "Liked reports; asked for single sign-on.",
        "Security facts.",
    ),
    ("Terms", "Price, term, start", "Agreed on the price for twelve months.", "Send the contract for signature."),
)
KICK_OFF = ("Kick-off: {service}", "Aims, dates, people", "Dates agreed; their IT is on board.", "Share the plan.")
RESCUE = ("How do we go on?", "Open points, renewal", "They will decide by the end of the month.", "Offer a workshop.")

NOTES_SALES = (
    ("First impression", "Spreadsheets everywhere, {people} people, budget from next quarter."),
    ("Decision", "The managing director decides; IT has a veto."),
    ("Competition", "They also look at another tool, mostly because of its price."),
    ("Time", "Wants to start before the summer; data migration is a worry."),
)
NOTES_GLAD = (
    ("Going well", "Uses the product daily. {name} would speak at our user day."),
    ("Growth", "A second team wants to join, about {people} seats."),
    ("Reference", "{name} agreed to be a reference for similar companies."),
    ("Praise", "Support was praised again for quick answers."),
)
NOTES_PLAIN = (
    ("Status", "Nothing special. Next review in a quarter."),
    ("Training", "Asked for a training for {people} new colleagues."),
    ("Wish", "Would like the totals rounded in the export (Größe der Tabelle: {people} Zeilen)."),
    ("Billing", "New address for invoices; purchase order needed from now on."),
)
NOTES_GLOOMY = (
    ("Low use", "Sign-ins are down for weeks. {name} does not answer."),
    ("Escalation", "Very annoyed about slow answers; wants a plan by Friday."),
    ("Budget", "Budget is being cut; renewal is in doubt."),
    ("Looking around", "{name} asked how to export all data. They look at other tools."),
)
CHAMPION_LEFT = ("Champion left", "{name} has left the company. Nobody has taken over yet.")
RETURNED = ("Back again", "They are back with a smaller team; treat with care.")

# kind, what is to be done
TASKS_SALES = (
    ("call", "Call {name} about the offer"),
    ("email", "Send the offer to {company}"),
    ("to_do", "Prepare the demonstration for {company}"),
    ("meeting", "Find a date for the terms call"),
)
TASKS_PLAIN = (
    ("email", "Send the use report to {name}"),
    ("call", "Call {name}: how is it going?"),
    ("to_do", "Update the success plan of {company}"),
    ("meeting", "Book the next review with {company}"),
    ("to_do", "Check the invoice address of {company}"),
)
TASKS_GLOOMY = (
    ("call", "Call {name}: use has dropped"),
    ("to_do", "Write a rescue plan for {company}"),
    ("meeting", "Meeting with the sponsor of {company}"),
    ("email", "Tell {name} where the open tickets stand"),
)
TASK_NEW_CHAMPION = ("call", "Find a new champion at {company}")

# subject, question, answer
CHATS: tuple[tuple[str, str, str], ...] = (
    ("Where is the export?", "Hi, where do I find the export of a board?", "Board menu > Export. CSV or XLSX."),
    ("Gast einladen", "Hallo, zählt ein Gast als Platz?", "Nein, Gäste sind frei."),
    ("Seat limit", "We cannot invite anybody, it says the limit is reached.", "All seats are in use; shall I add one?"),
    (
        "Slow today?",
        "Is something wrong? Pages take ages.",
        "We see it too and will write when it is over.",
    ),
    (
        "Automation does not run",
        "My rule has not run since yesterday.",
        "The trigger was renamed; It is put right.",
    ),
    ("Invoice copy", "Could I get a copy of the last invoice?", "Sent to your billing address just now."),
    ("API key", "Where do I make a key for the API? 🔑", "Settings > Developers > Keys."),
    ("Dark mode?", "Bonjour, le mode sombre est prévu pour quand ?", "Cette année ! Je vous préviendrai."),
)
CHAT_GLAD = ("Perfect, thanks!", "Super, danke dir.", "Found it 🙏", "That was quick.")
CHAT_GLOOMY = ("Still the same.", "I asked this last week already.", "Then we will have to look elsewhere.")
CHAT_MORE = ("Could you send me the address of the board?", "Which browser is it?", "One moment, I am looking.")
CHAT_DETAIL = ("Firefox, newest one.", "Here: https://lumenly.example/b/4711", "It is on all machines here.")
