"""Words of bylines and date lines, in the languages of the rules (en, de, fr, es, it, pt, nl).

Owns the lists, folded. Keep out: phrases of single rules (include/rules).
"""

from __future__ import annotations

from newsmill.clean.fold import words_of

BY = frozenset(words_of("""by von par por di da door words text texte text: interview"""))
"""Words before an author's name."""
ROLES = frozenset(
    words_of(
        """staff writer writers reporter reporters correspondent editor contributor contributors columnist associate
        senior
    chief political business sports science technology health news guest author freelance special the for in and und
    et y e en redakteur redakteurin redaktion reporterin korrespondent korrespondentin journaliste redactor redactora
    redazione redactie verslaggever correspondente reuters ap afp dpa pa associated press"""
    )
)
"""What an author is called beside the name, and for whom he writes."""
ANONYMOUS = frozenset(words_of("staff report reports writer writers reporter reporters editor editors"))
"""What a page's metadata gives for an author where no name is told: "Staff Reports"."""
MONTHS = frozenset(
    words_of(
        """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet
    août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre
    noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março
    maio junho julho setembro outubro novembro dezembro januari februari maart mei augustus"""
    )
)
"""Names of months and their short forms."""
DATE_COMPANY = frozenset(
    words_of(
        """by on at of the a am pm est edt et gmt utc bst ist cet cest pst pdt updated published posted last
        modified first
    created date time uhr um am vom stand aktualisiert veröffentlicht le à mis jour publié modifié el de del a las
    publicado actualizado il alle ore pubblicato aggiornato em às atualizado op om gepubliceerd bijgewerkt and
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun montag dienstag mittwoch
    donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles
    jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta quinta
    sexta feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"""
    )
)
"""What stands beside a date in a date line."""
