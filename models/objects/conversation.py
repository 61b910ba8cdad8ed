"""What a conversation is: an e-mail thread, call, chat, meeting, note or ticket as talk."""

from __future__ import annotations

from models.schema import Flag, Instant, Object, Text, Whole, field


class Conversation(Object):
    """One conversation with a customer."""

    conversation_id: Text = field("Id of the conversation.", key=True)
    company_id: Text = field(
        "The company; where the source names none, that of the first outside participant on that day.",
        references="company",
    )
    conversation_type: Text = field(
        "Kind: email, chat, call, ticket, meeting, note or the workspace's own.", required=True
    )
    subject: Text = field("Subject.", personal=True)
    snippet: Text = field("First words, without quoted text.", personal=True)
    body: Text = field("Text, where it is not kept as messages.", personal=True)
    started_at: Instant = field("When it began.", required=True)
    ended_at: Instant = field("When it ended, or the last message.")
    direction: Text = field("Who began it: in = the customer, out = we.", isin=["in", "out"])
    is_open: Flag = field("True while it waits for someone.")
    message_count: Whole = field("Number of messages.", ge=0)
    has_attachments: Flag = field("True when a file was attached.")
    tags: Text = field("Labels, separated by semicolons.")
    task_id: Text = field("The task it records.", references="task")
    ticket_id: Text = field("The ticket it belongs to.", references="ticket")
