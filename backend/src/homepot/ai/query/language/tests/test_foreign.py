"""Plain questions in five other languages."""

import pytest

from homepot.ai.query.language import describe, parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY

ASKED = [
    ("Wie viele Geräte gibt es im Seaview Bistro?", "how many devices at Seaview Bistro"),
    (
        "Wie hoch war die maximale CPU-Auslastung von pos_1107 in den letzten 24 Stunden?",
        "the maximum processor load of pos_1107 over the last 24 hours",
    ),
    ("Welche Geräte sind offline?", "which devices are offline"),
    (
        "Wie war die durchschnittliche Temperatur von sensor_1142 gestern?",
        "the average temperature of sensor_1142 yesterday",
    ),
    ("Combien d'appareils y a-t-il à Seaview Bistro ?", "how many devices at Seaview Bistro"),
    (
        "Quelle était la température moyenne de sensor_1142 au cours des dernières 24 heures ?",
        "the average temperature of sensor_1142 over the last 24 hours",
    ),
    ("Quels appareils sont hors ligne ?", "which devices are offline"),
    ("¿Cuántos dispositivos hay en Seaview Bistro?", "how many devices at Seaview Bistro"),
    (
        "¿Cuál fue la temperatura máxima de sensor_1142 en los últimos 7 días?",
        "the maximum temperature of sensor_1142 over the last 7 days",
    ),
    ("Hoeveel kassa's zijn er bij Seaview Bistro?", "how many tills at Seaview Bistro"),
    (
        "Wat was de gemiddelde luchtvochtigheid van sensor_1142 in de afgelopen 7 dagen?",
        "the average humidity of sensor_1142 over the last 7 days",
    ),
    ("Quanti dispositivi ci sono al Seaview Bistro?", "how many devices at Seaview Bistro"),
    (
        "Qual è stata la temperatura massima di sensor_1142 negli ultimi 7 giorni?",
        "the maximum temperature of sensor_1142 over the last 7 days",
    ),
]


@pytest.mark.parametrize(("asked", "said"), ASKED)
def test_it_is_read_as(asked: str, said: str) -> None:
    assert describe(parse(asked, VOCABULARY, AS_OF), VOCABULARY) == said
