"""Words by which a person's name is told from an organisation's: given names, patronymics, surnames, initials."""

import re

from petition.statements.lines.word_lists import listed

# Common ones where statements come from. A name that is missing here is at worst only noted, never invented.
GIVEN_NAMES = listed(
    "adam ahmed aida aigul aijan ainura aisha aizada akmal alan albert aleksandr aleksei alena alex alexander alexandra"
    " alexei alexey alexis ali alice alina aliya almaz amanda amina amy ana anara anastasia anatoly andrea andreas"
    " andrei andrew andrey angela anna anne anton antonio arman armen arsen artem artur asel askar aung azamat aziz"
    " bakyt barbara beate bektur ben benjamin bermet boris brian carl carlos catherine cecilia charles chinara chris"
    " christian christina christine christopher claire claudia daniel daria david davit denis diana dilnoza dina dinara"
    " dmitri dmitry edward ekaterina elena elina elizabeth ella elmira elvira emily emma eric erik eva evgeny fatima"
    " feruza florian francesca francis frank gabriel galina gary george georgi giorgi giulia grace gulnara gulzat hanna"
    " hans hassan heather helen helena henry ian ibrahim igor ilya inga ingrid irina irene isabel ivan"
    " jack jacob jakob"
    " james jan jane janet jean jennifer jessica joanna johan john jonas jonathan jose joseph juan julia julian kamila"
    " karen karl katarzyna kate katherine katya kevin khadija kirill konstantin lars laura leila leyla liana"
    " lilia linda"
    " lisa lucia lucy ludmila luis lukas lyudmila madina magdalena maksim malika manuel marc marco maria mariam marie"
    " marina mario mark markus marta martha martin mary matthew max maxim meerim mehmet michael michel mikhail milan"
    " mohamed mohammed monika murat nadezhda nadia nana nargiza natalia natalya nazgul nicholas nicolas nigora nikita"
    " nikolai nina nino nora nurbek nurgul nurlan oleg oleksandr olena olga oliver olivia omar oxana pablo"
    " pamela pascal"
    " patricia patrick paul paula pavel pedro peter philip pierre piotr rachel rahima ramil raushan rebecca richard"
    " robert roman rosa roza rustam ruslan ruth sabina saida salome samantha samuel sandra sara sarah sebastian sergei"
    " sergey simon sofia sophia sophie stefan stephan stephen steven susan svetlana syrgak tamara tatiana tatyana"
    " teresa thomas tigran tilek timur tom ulan ulrike umida ursula valentina valeria vera veronica victor victoria"
    " viktor viktoria vitaly vladimir volodymyr werner william wolfgang yana yekaterina yelena yevgeny yulia yuri"
    " yusuf zamira zarina zhanna zulfiya"
    " абдулла азамат азиз айгуль айгүл айжан айнура алексей александр александра алена алина алия алмаз алмазбек амина"
    " анара анастасия анатолий андрей анна антон арман армен артем артур арзыгуль асель аскар бакыт бектур бермет борис"
    " вадим валентин валентина валерий валерия василий вера виктор виктория виталий владимир галина георгий гульнара"
    " гүлнара дарья денис диана динара дмитрий евгений евгения екатерина елена жанна жылдыз замира зарина иван игорь"
    " ильгиз илья инна ирина карина катерина кирилл константин ксения кубат кубатбек кыял лариса лидия любовь людмила"
    " мадина майрам максат максим марина мария марк мээрим мээрим михаил мурат надежда назгуль назгүл наталья наталия"
    " никита николай нина нурбек нургуль нургүл нурлан оксана олег ольга павел петр пётр раиса рамиль расул рита роза"
    " роман руслан рустам сапар светлана семен сергей сооронбай софия сыргак тамара татьяна тилек тимур улан ульяна"
    " урмат чинара чынара шамиль эдуард эльвира эльмира элмира эмиль эрик эркин юлия юрий яна ярослав"
)
# What stands in names of organisations, hardly ever in those of people; names that only begin with a capital.
HARDLY_PERSONAL = listed(
    "access accountability action aid alert alternative award books border borders children citizens college congress"
    " culture day democracy development dialogue digital dignity education environment equality family free freedom"
    " front future girls global green hands health help hope hounds human humanity integrity journal justice law legal"
    " liberty life light line lives memorial minority national news now open orange peace people planet power press"
    " prison prisoners prize public radio refugees relief rescue research rights safe school service services source"
    " speech students studio support survival today together torture transparency truth victims vision voice voices"
    " war watchdog witness women workers world youth"
    " альтернатива право права правда мир народ надежда свобода справедливость достоинство защита женщины дети голос"
    " мемориал вердикт новости газета студия школа укук адилет жаштар аялдар"
)
PATRONYMIC = re.compile(
    r"\w{2,}(?:ович|евич|овна|евна|инична|ична|ovich|evich|ovna|evna)|uulu|kyzy|kizi|ogly|уулу|кызы|оглы", re.IGNORECASE
)
SURNAME = re.compile(
    r"\w{3,}(?:ov|ova|ev|eva|enko|chuk|shvili|dze|yan|sky|skaya|ов|ова|ев|ева|ёв|ёва|енко|чук|швили|дзе|ян|ский|ская)",
    re.IGNORECASE,
)
CAPITAL = "[A-ZÀ-ÖØ-ÞА-ЯЁҢӨҮ]"
INITIALS = re.compile(rf"(?:{CAPITAL}\.\s?){{1,2}}{CAPITAL}[\w'’\-]+|{CAPITAL}[\w'’\-]+\s(?:{CAPITAL}\.\s?){{1,2}}")
