"""Reports of non-delivery as mail servers write them (RFC 3462, 3464)."""

MAIL_ID = "0123456789abcdef0123456789abcdef"


def a_report(
    *,
    to: str,
    mail_id: str = MAIL_ID,
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = "text/rfc822-headers",
) -> bytes:
    """A report in the form of Postfix; it repeats the recipient's address, which must not be stored."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mail.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<asel@fund.example>: host mx.fund.example said: 550 no such user

--limit
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 23 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822; asel@fund.example
Original-Recipient: rfc822;asel@fund.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <asel@fund.example>: no such user

--limit
Content-Description: Undelivered Message Headers
Content-Type: {returned}

From: noreply@desk.example
To: asel@fund.example
Message-ID: <{mail_id}@desk.example>
Subject: Please confirm your address

--limit--
""".encode()
