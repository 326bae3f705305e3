"""Background work of mail; nurture/loops.py collects it."""

from cms.worker import Loop
from nurture.mail import dispatch

LOOPS = [Loop("mail", dispatch.run_batch)]
