"""Name the refusals around questions and answers; the sentences are what people read."""

from servicedesk.kernel.errors import NotFound, Refusal, StaleData


class QuestionNotFound(NotFound):
    """Refuse a question that does not exist or lies outside the actor's scope."""

    code = "question_not_found"
    message = "Diese Frage haben wir nicht gefunden."


class QuestionEmpty(Refusal):
    """Refuse a question without a word in it."""

    code = "question_empty"
    message = "Schreiben Sie, was Sie wissen möchten."


class QuestionsWaiting(Refusal):
    """Refuse one more question while several wait for an answer; `limit` is how many may."""

    code = "questions_waiting"
    message = (
        "%(limit)s Fragen von Ihnen warten noch auf unsere Antwort. Wir haben sie nicht vergessen. "
        "Ihr Text ist gespeichert: Schicken Sie ihn ab, sobald wir geantwortet haben."
    )


class QuestionsToday(Refusal):
    """Refuse more questions than `limit` within a day."""

    code = "questions_today"
    message = (
        "Sie haben in den letzten 24 Stunden schon %(limit)s Fragen gestellt. "
        "Ihr Text ist gespeichert: Schicken Sie ihn morgen ab. Ist es dringend, rufen Sie uns an."
    )


class QuestionAnswered(StaleData):
    """Refuse to answer, or to hand on, what somebody has answered meanwhile."""

    code = "question_answered"
    message = "Diese Frage ist schon beantwortet. Laden Sie die Seite neu und sehen Sie sich die Antwort an."


class AnswerEmpty(Refusal):
    """Refuse an answer that says nothing."""

    code = "answer_empty"
    message = "Wählen Sie einen Baustein, oder schreiben Sie eine Antwort."


class NotOfTheTeam(Refusal):
    """Refuse to hand a question to somebody who does not work in the team of the case."""

    code = "not_of_the_team"
    message = "Wählen Sie jemanden aus dem Team dieses Vorgangs."
