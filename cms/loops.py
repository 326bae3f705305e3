"""The library's background work."""

from cms import agreements, jobs, pictures, scorecards, vocabulary
from cms.feedback import forgetting
from cms.gates import submissions
from cms.surveys import forgetting as survey_forgetting
from cms.surveys import reminding
from cms.worker import Loop

LOOPS: list[Loop] = [
    Loop("jobs", jobs.run_slice),
    Loop("pictures", pictures.prepare_missing, 30),
    Loop("ended agreements", agreements.expire_due, 300),
    Loop("scorecards", scorecards.refresh, 5),
    Loop("what readers said, forgotten", forgetting.forget, 600),
    Loop("answers of surveys, forgotten", survey_forgetting.forget, 600),
    Loop("surveys to repeat", reminding.remind, 3600),
    Loop("words of pieces", vocabulary.recount, 60),
    Loop("forms sent, forgotten", submissions.forget, 600),
]
