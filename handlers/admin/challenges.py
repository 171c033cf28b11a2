"""#挑战."""

from __future__ import annotations

from handlers.admin.grammar import EVERYBODY, Command, said
from handlers.contract import Context, Handled, Incoming
from handlers.services.care import challenges as service
from handlers.services.care import rounds
from storage.queries import care, people


def challenges(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """All challenges with their numbers; with a name, how far each of its people is."""
    challenge = service.called(ctx, rest) if rest else None
    if challenge is None:
        rows = [
            (
                one.title,
                one.days,
                len(care.on_challenge(ctx.work, one.id)),
                len(care.on_challenge(ctx.work, one.id, "finished")),
            )
            for one in ctx.index.library.challenges.values()
        ]
        return said(ctx, msg, "admin/challenges", rows=rows)
    progress = []
    for enrolment in care.on_challenge(ctx.work, challenge.id):
        person = people.person(ctx.work, enrolment.person_id)
        if person is not None:
            found = rounds.of(ctx, challenge, enrolment, person)
            progress.append((person.name, len(found.done), len(found.late)))
    progress.sort(key=lambda row: -row[1])
    return said(ctx, msg, "admin/challenge", title=challenge.title, days=challenge.days, rows=progress)


COMMANDS = (Command("挑战", EVERYBODY, "#挑战 21天护眼", "看各项挑战的人数，或一项挑战里每人的进度", challenges),)
