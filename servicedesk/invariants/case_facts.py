# ruff: noqa: S608 what is put together are our own words, never a value
"""Name the invariants of the facts of cases: what holds on a case is what its history says."""

from servicedesk.invariants.kinds import Statement


def _last(kinds: str) -> str:
    """Return the condition that no later fact of these kinds stands, and that this one was not taken back."""
    return f"""f.kind IN ({kinds})
           AND NOT EXISTS (SELECT 1 FROM case_fact u WHERE u.undoes_id = f.id)
           AND NOT EXISTS (SELECT 1 FROM case_fact g WHERE g.case_id = f.case_id AND g.kind IN ({kinds})
             AND (g.at > f.at OR g.at = f.at AND g.id > f.id)
             AND NOT EXISTS (SELECT 1 FROM case_fact u WHERE u.undoes_id = g.id))"""


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "ready_is_the_last_word",
        "I8",
        "a case is ready when the last that was entered about it says so",
        f"""SELECT c.id, f.kind FROM service_case c JOIN case_fact f ON f.case_id = c.id
           WHERE {_last("'mark_ready', 'withdraw_ready'")}
           AND (f.kind = 'mark_ready') <> (c.ready_at IS NOT NULL)""",
    ),
    Statement(
        "waiting_is_the_last_word",
        "I8",
        "a case waits for whom the last that was entered names, with a day to look again",
        f"""SELECT c.id, f.kind FROM service_case c JOIN case_fact f ON f.case_id = c.id
           WHERE {_last("'await_authority', 'end_waiting'")}
           AND (coalesce(c.waiting_for, '') <> CASE WHEN f.kind = 'await_authority' THEN f.value ELSE '' END
             OR (c.waiting_for IS NULL) <> (c.follow_up_on IS NULL))""",
    ),
    Statement(
        "decision_is_the_last_word",
        "I8",
        "a case is decided as the last that was entered says",
        f"""SELECT c.id, f.value FROM service_case c JOIN case_fact f ON f.case_id = c.id
           WHERE {_last("'decide_case'")} AND coalesce(c.decision, '') <> f.value""",
    ),
    Statement(
        "card_is_the_last_word",
        "I8",
        "a card is where the last that was entered says, and only a granted title has one",
        f"""SELECT c.id, f.kind FROM service_case c JOIN case_fact f ON f.case_id = c.id
           WHERE {_last("'order_card', 'card_ready', 'hand_over_card'")}
           AND (coalesce(c.decision, '') <> 'granted' OR coalesce(c.card_state, '') <> CASE f.kind
             WHEN 'order_card' THEN 'ordered' WHEN 'card_ready' THEN 'ready' ELSE 'handed_over' END)""",
    ),
    Statement(
        "fact_stays_in_its_case",
        "I8",
        "what takes a fact back belongs to the same case, and came later",
        """SELECT u.id, u.kind FROM case_fact u JOIN case_fact f ON f.id = u.undoes_id
           WHERE u.case_id <> f.case_id OR u.at < f.at OR u.kind <> 'undo_fact'""",
    ),
    Statement(
        "fact_is_audited",
        "I8",
        "every fact has its audit row",
        """SELECT f.id, f.kind FROM case_fact f WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.subject_id = f.case_id AND e.action = f.kind AND e.at = f.at)""",
    ),
)
