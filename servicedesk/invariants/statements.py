"""Name the invariants that one statement can check: each returns the rows that break it.

What a job has to clear away counts as left behind only once that job has run since: that a worker stands still is for
the health page to say, not for the data.

Every statement gives two columns, the subject and a short detail without personal data, and runs alike on SQLite
and PostgreSQL. Parameters: `now`, and instants and days derived from it (see `checks`).
"""

from servicedesk.invariants.kinds import Statement

STATEMENTS: tuple[Statement, ...] = (
    # ------------------------------------------------------------ booking
    Statement(
        "appointment_has_its_cells",
        "I1",
        "an appointment occupies one cell per five minutes, one that ended none, a hold for moving it may share",
        """SELECT a.id, a.state FROM appointment a
            LEFT JOIN (SELECT appointment_id, count(*) AS n FROM appointment_cell GROUP BY appointment_id) c
              ON c.appointment_id = a.id
            WHERE coalesce(c.n, 0) <>
              CASE WHEN a.state IN ('cancelled', 'moved', 'expired', 'released') THEN 0 ELSE (a.minutes + 4) / 5 END
            AND NOT (a.state IN ('held', 'requested', 'offered') AND coalesce(c.n, 0) < (a.minutes + 4) / 5
              AND EXISTS (SELECT 1 FROM appointment b WHERE b.case_id = a.case_id AND b.state = 'booked'))""",
    ),
    Statement(
        "one_booked_appointment_per_case",
        "I2",
        "a case has at most one booked appointment",
        "SELECT case_id, 'booked' FROM appointment WHERE state = 'booked' GROUP BY case_id HAVING count(*) > 1",
    ),
    Statement(
        "hold_has_ended",
        "I1",
        "a hold that ran out an hour ago is gone once the sweep has run",
        """SELECT a.id, 'held' FROM appointment a WHERE a.state = 'held' AND a.hold_expires_at < :hour_ago
           AND EXISTS (SELECT 1 FROM job_run r WHERE r.name = 'sweep' AND r.state = 'done'
             AND r.started_at > a.hold_expires_at)""",
    ),
    Statement(
        "arrangement_has_its_times",
        "I1",
        "an open arrangement keeps at least one time, and a time that waits for an answer has an open arrangement",
        """SELECT r.case_id, r.state FROM arrangement r WHERE r.state IN ('asked', 'offered') AND NOT EXISTS
             (SELECT 1 FROM appointment a WHERE a.case_id = r.case_id
               AND a.state = CASE r.state WHEN 'asked' THEN 'requested' ELSE 'offered' END)
           UNION ALL
           SELECT a.case_id, a.state FROM appointment a WHERE a.state IN ('requested', 'offered') AND NOT EXISTS
             (SELECT 1 FROM arrangement r WHERE r.case_id = a.case_id
               AND r.state = CASE a.state WHEN 'requested' THEN 'asked' ELSE 'offered' END)""",
    ),
    Statement(
        "arrangement_has_ended",
        "I1",
        "an arrangement that lapsed an hour ago is over once the sweep has run",
        """SELECT r.case_id, r.state FROM arrangement r WHERE r.state IN ('asked', 'offered') AND r.lapses_at < :hour_ago
           AND EXISTS (SELECT 1 FROM job_run j WHERE j.name = 'sweep' AND j.state = 'done'
             AND j.started_at > r.lapses_at)""",
    ),
    Statement(
        "booked_in_the_same_office",
        "I9",
        "appointment, case and desk belong to one office",
        """SELECT a.id, 'office' FROM appointment a JOIN service_case c ON c.id = a.case_id
           JOIN desk d ON d.id = a.desk_id WHERE a.office_id <> c.office_id OR a.office_id <> d.office_id""",
    ),
    # ------------------------------------------------------------ outreach
    Statement(
        "one_case_per_title_and_end",
        "I3",
        "a title and its end have at most one case",
        """SELECT title_id, 'cases' FROM service_case WHERE title_id IS NOT NULL
           GROUP BY title_id, first_ends_on HAVING count(*) > 1""",
    ),
    Statement(
        "invitation_has_its_letter",
        "I3",
        "every invitation points to a message of its own",
        """SELECT i.case_id, 'no message' FROM invitation i LEFT JOIN outbox o ON o.id = i.outbox_id
           WHERE o.id IS NULL OR o.subject_id <> i.case_id""",
    ),
    Statement(
        "invited_case_has_an_invitation",
        "I4",
        "whoever counts as invited was written to",
        """SELECT c.id, 'not written to' FROM service_case c LEFT JOIN invitation i ON i.case_id = c.id
           WHERE c.invited_at IS NOT NULL AND i.case_id IS NULL""",
    ),
    Statement(
        "invited_outcome_has_a_case",
        "I4",
        "a title settled as invited has a case",
        """SELECT d.title_id, 'no case' FROM due_outcome d LEFT JOIN service_case c ON c.id = d.case_id
           WHERE d.outcome = 'invited' AND c.id IS NULL""",
    ),
    Statement(
        "outcome_is_known",
        "I4",
        "a due title is invited, excluded or failed, with a reason",
        """SELECT title_id, outcome FROM due_outcome
           WHERE outcome NOT IN ('invited', 'excluded', 'failed') OR reason = ''""",
    ),
    Statement(
        "held_title_is_not_invited",
        "I4",
        "what is held was not sent",
        """SELECT h.title_id, 'held and invited' FROM invitation_hold h
           JOIN due_outcome d ON d.title_id = h.title_id AND d.ends_on = h.ends_on WHERE d.outcome = 'invited'""",
    ),
    # ------------------------------------------------------------ notices
    Statement(
        "letter_is_not_overdue",
        "I5",
        "no letter stays due beyond its age limit while the sweep runs",
        """SELECT o.id, o.kind FROM outbox o WHERE o.state = 'pending' AND o.channel = 'letter'
           AND o.created_at < :pending_limit AND o.next_attempt_at < :pending_limit
           AND EXISTS (SELECT 1 FROM job_run r WHERE r.name IN ('sweep', 'deliver') AND r.state = 'done'
             AND r.started_at > :pending_limit AND r.started_at > o.next_attempt_at)""",
    ),
    Statement(
        "message_is_not_stuck",
        "I5",
        "nobody has been working on a message for longer than its age limit",
        "SELECT id, kind FROM outbox WHERE state = 'working' AND claimed_at < :claim_limit",
    ),
    Statement(
        "delivered_letter_exists",
        "I5",
        "a letter that was delivered is kept, and only such a one",
        """SELECT o.id, o.state FROM outbox o LEFT JOIN letter l ON l.outbox_id = o.id
           WHERE o.channel = 'letter' AND (o.state = 'done') <> (l.id IS NOT NULL)""",
    ),
    Statement(
        "printed_letter_has_a_batch",
        "I5",
        "a printed letter names the print file it left with",
        "SELECT id, 'no batch' FROM letter WHERE printed_at IS NOT NULL AND batch_id IS NULL",
    ),
    Statement(
        "withdrawn_letter_stays_here",
        "I5",
        "a letter that was taken back is never printed",
        "SELECT id, 'printed' FROM letter WHERE withdrawn_at IS NOT NULL AND printed_at IS NOT NULL",
    ),
    Statement(
        "file_is_not_stuck",
        "I5",
        "no uploaded file waits longer than its age limit",
        "SELECT id, reason FROM stored_file WHERE state = 'waiting' AND added_at < :hour_ago",
    ),
    Statement(
        "readable_file_has_its_pages",
        "I5",
        "a readable file has its original and every page, and one that cannot be read has neither",
        """SELECT f.id, f.state FROM stored_file f LEFT JOIN file_page p ON p.file_id = f.id
           GROUP BY f.id, f.state, f.page_count
           HAVING count(p.number) <> f.page_count OR (f.state = 'readable') <> (f.page_count > 0)""",
    ),
    Statement(
        "one_living_code_per_case",
        "I12",
        "one subject has at most one living access code",
        """SELECT subject_id, subject_kind FROM access_code WHERE revoked_at IS NULL
           GROUP BY subject_kind, subject_id HAVING count(*) > 1""",
    ),
    Statement(
        "no_code_of_a_case_that_is_over",
        "I12",
        "the code of somebody who moved away, or of a case opened in error, opens nothing",
        """SELECT c.id, c.closed_reason FROM service_case c
           JOIN access_code k ON k.subject_id = c.id AND k.subject_kind = 'case'
           WHERE c.closed_reason IN ('moved_away', 'opened_in_error', 'end_moved') AND k.revoked_at IS NULL""",
    ),
    # ------------------------------------------------------------ audit
    Statement(
        "opened_case_is_audited",
        "I8",
        "every case has the audit row of its opening",
        """SELECT c.id, c.origin FROM service_case c WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.subject_id = c.id AND e.action IN ('open_case', 'invite'))""",
    ),
    Statement(
        "closed_case_is_audited",
        "I8",
        "every closed case has the audit row of its closing",
        """SELECT c.id, c.closed_reason FROM service_case c WHERE c.closed_at IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.subject_id = c.id AND e.action = 'close_case')""",
    ),
    Statement(
        "decided_case_is_audited",
        "I8",
        "every decision has its audit row",
        """SELECT c.id, c.decision FROM service_case c WHERE c.decision IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.subject_id = c.id AND e.action = 'decide_case')""",
    ),
    Statement(
        "recorded_applications_are_audited",
        "I8",
        "a case has one audit row per recorded application",
        """SELECT a.case_id, 'applications' FROM application a GROUP BY a.case_id
           HAVING count(*) <> (SELECT count(*) FROM audit_event e WHERE e.subject_id = a.case_id
             AND e.action IN ('record_application', 'correct_application'))""",
    ),
    Statement(
        "appointment_is_audited",
        "I8",
        "every appointment has an audit row",
        """SELECT a.id, a.state FROM appointment a WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.subject_id = a.id)""",
    ),
    # ------------------------------------------------------------ applications
    Statement(
        "application_was_received_before_it_was_recorded",
        "I8",
        "nobody records what has not been received yet",
        "SELECT id, channel FROM application WHERE received_at > recorded_at",
    ),
    Statement(
        "correction_stays_in_its_case",
        "I8",
        "a correction and what it corrects belong to one case",
        """SELECT n.id, 'other case' FROM application n JOIN application o ON o.id = n.supersedes_id
           WHERE o.case_id <> n.case_id""",
    ),
    Statement(
        "matched_message_kept_its_instant",
        "I8",
        "a message that was matched is an application with the instant of its arrival",
        """SELECT r.id, r.ref FROM contact_request r WHERE r.state = 'matched' AND (r.case_id IS NULL
             OR NOT EXISTS (SELECT 1 FROM application a WHERE a.case_id = r.case_id
               AND a.received_at <= r.received_at))""",
    ),
    # ------------------------------------------------------------ offices and register
    Statement(
        "intervals_cover_each_team",
        "I11",
        "a team with letter ranges has an interval from A on",
        """SELECT t.id, t.ref FROM team t WHERE t.is_active
           AND EXISTS (SELECT 1 FROM letter_range r WHERE r.team_id = t.id)
           AND NOT EXISTS (SELECT 1 FROM letter_interval i WHERE i.team_id = t.id AND i.lo = 'A')""",
    ),
    Statement(
        "interval_names_its_owner",
        "I11",
        "an owned interval names a case worker of the same office, a vacant one and a gap nobody",
        """SELECT i.team_id, i.lo FROM letter_interval i LEFT JOIN staff_member m ON m.id = i.member_id
           WHERE (i.kind = 'owned') <> (i.member_id IS NOT NULL)
           OR (i.member_id IS NOT NULL AND (m.id IS NULL OR m.office_id <> i.office_id))""",
    ),
    Statement(
        "absence_has_its_days",
        "I11",
        "an absence that holds has its first and its last day, and no day lies outside one",
        """SELECT a.id, a.member_id FROM staff_absence a WHERE a.cancelled_at IS NULL
             AND 2 > (SELECT count(*) FROM staff_absence_day d WHERE d.absence_id = a.id
               AND d.day IN (a.first_on, a.last_on)) AND (a.first_on <> a.last_on
               OR NOT EXISTS (SELECT 1 FROM staff_absence_day d WHERE d.absence_id = a.id))
           UNION ALL
           SELECT a.id, d.member_id FROM staff_absence_day d JOIN staff_absence a ON a.id = d.absence_id
             WHERE a.cancelled_at IS NOT NULL OR d.day < a.first_on OR d.day > a.last_on
             OR d.member_id <> a.member_id""",
    ),
    Statement(
        "import_sums",
        "I14",
        "accepted, unchanged and rejected lines add up to all lines",
        """SELECT id, state FROM import_run
           WHERE state = 'done' AND lines <> accepted + unchanged + rejected""",
    ),
    Statement(
        "session_is_deleted_after_its_end",
        "I13",
        "no browser session is kept two days beyond its end",
        """SELECT s.id, s.kind FROM web_session s WHERE s.expires_at < :two_days_ago
           AND EXISTS (SELECT 1 FROM job_run r WHERE r.name = 'retention' AND r.state = 'done'
             AND r.started_at > :two_days_ago)""",
    ),
    Statement(
        "printed_code_is_purged",
        "I13",
        "a printed letter loses the page with its code",
        """SELECT l.id, 'code kept' FROM letter l WHERE l.code_id IS NOT NULL AND l.code_purged_at IS NULL
           AND l.printed_at < :three_days_ago AND EXISTS (SELECT 1 FROM job_run r
             WHERE r.name = 'retention' AND r.state = 'done' AND r.started_at > :two_days_ago)""",
    ),
    # ------------------------------------------------------------ what no foreign key guards
    Statement(
        "person_has_an_office",
        "I11",
        "every person belongs to an office",
        "SELECT p.id, 'no office' FROM person p LEFT JOIN office o ON o.id = p.office_id WHERE o.id IS NULL",
    ),
    Statement(
        "title_has_its_person",
        "I11",
        "every title belongs to a person of the same office",
        """SELECT t.id, 'no person' FROM title t LEFT JOIN person p ON p.id = t.person_id
           WHERE p.id IS NULL OR p.office_id <> t.office_id""",
    ),
    Statement(
        "case_has_its_person",
        "I11",
        "every case belongs to a person of the same office",
        """SELECT c.id, 'no person' FROM service_case c LEFT JOIN person p ON p.id = c.person_id
           WHERE p.id IS NULL OR p.office_id <> c.office_id""",
    ),
    Statement(
        "case_has_its_title",
        "I11",
        "the title of a case is one of the same person",
        """SELECT c.id, 'no title' FROM service_case c LEFT JOIN title t ON t.id = c.title_id
           WHERE c.title_id IS NOT NULL AND (t.id IS NULL OR t.person_id <> c.person_id)""",
    ),
    Statement(
        "case_has_its_team",
        "I11",
        "team and owner of a case belong to its office",
        """SELECT c.id, 'team or owner' FROM service_case c LEFT JOIN team t ON t.id = c.team_id
           LEFT JOIN staff_member m ON m.id = c.owner_id
           WHERE t.id IS NULL OR t.office_id <> c.office_id
           OR (c.owner_id IS NOT NULL AND (m.id IS NULL OR m.office_id <> c.office_id))""",
    ),
    Statement(
        "outcome_has_its_title",
        "I4",
        "every settled title exists",
        """SELECT d.title_id, d.outcome FROM due_outcome d LEFT JOIN title t ON t.id = d.title_id
           WHERE t.id IS NULL OR t.office_id <> d.office_id""",
    ),
)
