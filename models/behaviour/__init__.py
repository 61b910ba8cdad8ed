"""What rules conclude from what sources sent: one file per rule, its switch in `policy/behaviour.toml`.

A rule's rows stand in `behaviour.<rule>`; the objects they belong to take them in beside the sources' own rows, with
the rule's name in `derived_by`. Everything is worked out anew from its cause, so what a rule made goes
when the cause goes.
"""
