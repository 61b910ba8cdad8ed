"""The demo's sentences: tickets, mails, survey comments and reasons for leaving; no names (see `words`)."""

from __future__ import annotations

LEAVING_WORDS: dict[str, tuple[str, ...]] = {
    "too_expensive": ("Budget was cut by 30 %; we cannot justify the price.", "Zu teuer für das, was wir nutzen."),
    "missing_features": ("We needed audit logs and single sign-on on our plan.", "No offline mode, sadly."),
    "switched_service": (
        "Our parent company standardised on another tool.",
        "We moved to the suite IT already pays for.",
    ),
    "unused": ("Only two of us ever logged in.", "The project it was bought for is over."),
    "customer_service": ("Waited four days for an answer, twice.", "Nobody called us back."),
    "too_complex": ("The team never got past the set-up.", "Trop compliqué pour notre équipe."),
}

# category: (subject, first text, answer)
TICKETS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "how_to": (
        (
            "How do I export a board?",
            'Hello,\nwhere do I find the export of a board as CSV? I have looked under "Settings", no luck.\nThanks',
            'Open the board, then "…" > Export > CSV. Comments are in a second file.',
        ),
        (
            "Gäste einladen",
            "Guten Tag,\nwie kann ich einen externen Gast einladen, ohne dass er einen Platz belegt?\nViele Grüße",
            'Guests are free: choose "Invite as guest" below the list of members.',
        ),
        (
            "Change of the account owner",
            "Our admin left last week. How do we hand the account over to somebody else?",
            "I have moved the ownership to you; please sign in again to see the admin menu.",
        ),
    ),
    "bug": (
        (
            "Error 500 when saving a form",
            'Since this morning saving a form ends in "Error 500".\n\n1. open the form\n2. edit; save\n3. error',
            "Thank you for the steps. We found the cause; a fix is being rolled out now.",
        ),
        (
            "Notifications arrive twice",
            "Every reminder is sent twice, to me and to my colleagues. It began after the last update.",
            "That was a doubled job on our side. It is switched off; please tell us if you see it again.",
        ),
        (
            "Totals are wrong by a cent",
            "The sum of the column shows 1,234.57 but =SUM(A1:A9) in our sheet gives 1,234.56.",
            "You are right: we rounded each row. The next release rounds the sum only.",
        ),
        (
            "Slow since Monday",
            "Pages take 20 s and more to load. Nobody here can work like this. Please hurry!",
            "We moved your workspace to another server. Could you check whether it is better now?",
        ),
    ),
    "billing": (
        (
            "VAT number on the invoice",
            "Please add our VAT number to the invoices and send the last one again.",
            "Done; the corrected invoice is on its way to your billing address.",
        ),
        (
            "Double charge?",
            "Our card shows two charges this month, one of them for a quantity we do not recognise.",
            "The second one is the pro-rated charge for the seats added on the 12th.",
        ),
    ),
    "feature_request": (
        (
            "More seats for the new team",
            "We are opening a second office and would like to add about 20 more seats next month. What would it cost?",
            "Great news! I have asked your account executive to send you an offer today.",
        ),
        (
            "Dark mode, s'il vous plaît",
            "Bonjour, une version sombre serait formidable 🙏 Est-ce prévu ?",
            "Merci ! It is on the list for this year; I have added your vote.",
        ),
    ),
    "access": (
        (
            "Cannot sign in",
            "The password mail never arrives. I checked spam, too.",
            "Your address was on our bounce list; it is removed. Please try again.",
        ),
        (
            "Single sign-on broken after certificate change",
            "We renewed the certificate of our identity provider, and since then nobody can sign in.",
            "Please upload the new certificate under Security > Single sign-on; the old one is still there.",
        ),
    ),
}
INTERNAL_NOTES = (
    "Checked the logs: looks like the known problem with large boards.",
    "Asked engineering, waiting for an answer.",
    "Customer is up for renewal soon, please treat with care.",
    "Duplicate of an older request?",
)
CUSTOMER_REPLIES = (
    "Thanks, that works.",
    "It does not work for me, same result as before.",
    "Merci beaucoup !",
    "We still see it on two machines. Screenshot attached.",
    "Any news? This is blocking us.",
    "OK, I will try and come back to you.",
)
MEMBER_REPLIES = (
    "Could you tell us the browser and the time at which it happened?",
    "We are still looking into it and will let you know today.",
    "This is fixed now. Could you confirm?",
    "I have sent you the steps by e-mail as well.",
)
REOPENINGS = (
    "Sorry, it is back.",
    "The problem returned over the weekend, please reopen.",
    "Leider immer noch nicht gelöst.",
)
CSAT_GOOD = ("Fast and friendly, thank you!", "Super, danke.", "Solved in one go.")
CSAT_BAD = ("Took far too long.", "My question was not answered.", "Third time I report the same thing.")

PROMOTER_WORDS = (
    "Saves us hours every week.",
    "Best support we know.",
    "Das ganze Team arbeitet gern damit.",
    "Simple; it just works.",
)
PASSIVE_WORDS = ("Good, but reporting is thin.", "Does what it should.", "Fine so far, a bit pricey.")
DETRACTOR_WORDS = (
    "Too slow, and tickets take days.",
    "Missing features we were promised.",
    "Trop cher pour ce que c'est.",
    "We are looking at other tools.",
)

# subject, mail of the vendor, answer of a content customer, answer of a discontented one
CHECK_INS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Quarterly review",
        "Hello {name},\n\nshall we look at the last quarter together? I have 30 minutes on Tuesday or Thursday.",
        "Hi,\n\nThursday at 10 is fine. I will bring our new operations lead along.",
        "Hi,\n\nwe are busy, and frankly I first want to see the open tickets solved.",
    ),
    (
        "How is the roll-out going?",
        "Hello {name},\n\nI saw that your new team joined last week. Is there anything we can help with?",
        "Going well! 12 of 15 people are active already. Could you send the training recording?",
        "It is not. Half of them went back to spreadsheets.",
    ),
    (
        "New: dashboards",
        "Hello {name},\n\nthe dashboards you asked for are live. May I show them to you and your colleagues?",
        "Wonderful, yes please. Next week suits me.",
        "Thank you. We will have a look when there is time.",
    ),
    (
        "Your renewal",
        "Hello {name},\n\nyour term ends in a while. I would like to talk about what you need next year.",
        "Happy to renew; please send an offer for five more seats.",
        "We are reviewing all subscriptions at the moment and cannot say anything yet.",
    ),
)
SALES_MAILS: tuple[tuple[str, str, str], ...] = (
    (
        "Lumenly for your team",
        "Hello {name},\n\nthank you for your interest. When would a short demonstration suit you?",
        "Hello,\n\nWednesday afternoon would be good. We are 4 people.",
    ),
    (
        "Your offer",
        "Hello {name},\n\nattached is the offer we talked about: it is valid for 30 days.",
        "Thank you, I passed it on to procurement (ask for Mr. O'Neill).",
    ),
)
NEWSLETTERS = ("What is new in spring", "What is new in summer", "What is new in autumn", "What is new in winter")
NEWSLETTER_BODY = (
    "Hello,\n\nthis quarter brings faster boards, guest access and a new app.\n\n"
    "You get this mail because you use Lumenly. Unsubscribe: https://lumenly.example/unsubscribe"
)
AWAY = ("Automatic reply: {subject}", "I am out of the office until Monday and will answer when I am back.")
BOUNCED = (
    "Undelivered Mail Returned to Sender",
    "This is the mail system.\n\nYour message could not be delivered to one or more recipients:\n\n"
    "<{address}>: host said: 550 5.1.1 User unknown",
)
LOST_REASONS = ("Price", "No budget", "Chose a competitor", "No decision", "Missing feature", "Went silent")
AGAIN = (
    "Hello {name},\n\nmy mail came back, so I am trying once more: could you give me a sign when you have a minute?",
    "It arrived this time. Our mail server was down for a day, sorry for the trouble.",
)
