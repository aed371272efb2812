"""What the domain of a mailbox tells, and what it doesn't. Two lists to know it by; neither is ever a reason to refuse."""

from typing import Final

# Anybody gets a mailbox there, so the domain says nothing about an organisation: groups in exile and small ones use
# these, and thousands of honest strangers share each. Never counted, never a cluster.
FREE: Final = frozenset(
    # worldwide
    "gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.fr hotmail.de hotmail.co.uk "
    "hotmail.it live.com live.ru live.fr live.de live.nl msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it "
    "yahoo.es ymail.com rocketmail.com aol.com icloud.com me.com mac.com gmx.com gmx.net mail.com email.com zoho.com "
    "zohomail.com zohomail.eu fastmail.com fastmail.fm hushmail.com inbox.com "
    # made for people in danger
    "proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.com tuta.io keemail.me "
    "riseup.net disroot.org autistici.org systemli.org posteo.de posteo.net posteo.eu mailbox.org mailfence.com "
    "startmail.com runbox.com ctemplar.com cock.li kolabnow.com "
    # Russian
    "mail.ru bk.ru inbox.ru list.ru internet.ru xmail.ru vk.com yandex.ru yandex.com yandex.kz yandex.by yandex.ua "
    "yandex.uz yandex.kg yandex.tj yandex.az yandex.co.il ya.ru rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru "
    "rambler.ua pochta.ru qip.ru hotbox.ru newmail.ru sibmail.com narod.ru "
    # Central Asia, Belarus, Ukraine, Moldova, the Caucasus
    "mail.kg elcat.kg namba.kg mail.kz inbox.kz mail.uz umail.uz inbox.uz tut.by mail.by open.by ukr.net i.ua meta.ua "
    "bigmir.net email.ua online.ua mail.ua mail.md mail.az box.az mail.ge mail.am freenet.am "
    # Central and Western Europe
    "seznam.cz email.cz centrum.cz post.cz volny.cz atlas.cz azet.sk zoznam.sk wp.pl o2.pl interia.pl onet.pl op.pl "
    "poczta.onet.pl gazeta.pl tlen.pl abv.bg mail.bg inbox.lv inbox.lt inbox.eu freemail.hu citromail.hu web.de gmx.de "
    "gmx.at gmx.ch freenet.de t-online.de bluewin.ch orange.fr wanadoo.fr laposte.net free.fr sfr.fr libero.it "
    "virgilio.it tiscali.it telenet.be skynet.be ziggo.nl xs4all.nl kpnmail.nl online.no telia.com btinternet.com "
    # elsewhere
    "qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com walla.com walla.co.il mynet.com "
    "uol.com.br bol.com.br terra.com.br".split()
)

# Mailboxes that end after minutes, as the providers name themselves. A modest list: new ones appear daily, and one
# that is missing is only a hint less.
DISPOSABLE: Final = frozenset(
    "10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net burnermail.io byom.de "
    "discard.email discardmail.com dispostable.com dropmail.me einrot.com emailondeck.com fakeinbox.com "
    "fakemail.net getairmail.com getnada.com grr.la guerrillamail.biz guerrillamail.com guerrillamail.de "
    "guerrillamail.info guerrillamail.net guerrillamail.org harakirimail.com inboxbear.com inboxkitten.com "
    "incognitomail.org jetable.org mail-temp.com mail.tm mailcatch.com maildrop.cc mailinator.com mailinator.net "
    "mailnesia.com mailsac.com mailtemp.net minuteinbox.com mintemail.com moakt.com mohmal.com mytemp.email "
    "nada.email sharklasers.com spam4.me spamex.com spamgourmet.com temp-mail.io temp-mail.org temp-mail.ru "
    "tempail.com tempinbox.com tempmail.com tempmail.net tempmailo.com tempr.email throwawaymail.com trash-mail.com "
    "trashmail.com trashmail.de trashmail.net wegwerfmail.de yopmail.com yopmail.fr yopmail.net".split()
)


def domain_of(mailbox: str) -> str:
    """The domain of a mailbox in its one spelling (vocabulary/mailboxes.py)."""
    return mailbox.rpartition("@")[2].lower()


def hints_of(mailbox: str, website: str) -> list[str]:
    """What mailbox and website tell, as codes: `free_mail`, `disposable_mail`, `mail_matches_website`."""
    domain = domain_of(mailbox)
    if domain in FREE:
        return ["free_mail"]
    hints = ["disposable_mail"] if _is_under(domain, DISPOSABLE) else []
    host = _host_of(website)
    if host and (_is_under(domain, {host}) or _is_under(host, {domain})):
        hints.append("mail_matches_website")
    return hints


def _is_under(domain: str, names: "frozenset[str] | set[str]") -> bool:
    """Whether it is one of `names` or a part of one."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in names for start in range(len(labels) - 1))


def _host_of(website: str) -> str:
    """The host in the address as it was typed, without `www.`, in lower-case ASCII; '' where there is none."""
    host = website.rpartition("://")[2].partition("/")[0].partition(":")[0]
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return host.removeprefix("www.")
