import base64
import sys

from standardwebhooks import Webhook

verdicts = ""
for line in open(sys.argv[1]).read().split("\n"):
    _, secret, event_id, at, signature, body, _ = map(base64.b64decode, line.split(" "))
    headers = {"webhook-id": event_id.decode(), "webhook-timestamp": at.decode(), "webhook-signature": signature.decode()}
    try:
        Webhook(secret.decode() if secret.startswith(b"whsec_") else secret).verify(body, headers)
        verdicts += "+"
    except Exception:
        verdicts += "-"
print(verdicts)
