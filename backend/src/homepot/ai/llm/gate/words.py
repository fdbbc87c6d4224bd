"""The words that the gate understands: units, numbers, months, opposites."""


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


def stem_of(word: str) -> str:
    """Enough of a word to know it again.

    >>> stem_of("measured"), stem_of("Measures")
    ('measur', 'measur')
    """
    said = word.lower()
    for ending in ("ing", "ed", "es", "s", "ly"):
        if said.endswith(ending) and len(said) - len(ending) >= 3:
            said = said.removesuffix(ending)
            break
    return said.removesuffix("e")


# Unit -> (dimension, how many base units it is).
UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("%", "percent", "per cent", "pct"), ("share", 0.01)),
    **dict.fromkeys(("percentage points", "percentage point", "pp"), ("points", 1.0)),
    **dict.fromkeys(("µs", "us", "microseconds", "microsecond"), ("duration", 1e-6)),
    **dict.fromkeys(("ms", "msec", "milliseconds", "millisecond"), ("duration", 1e-3)),
    **dict.fromkeys(("s", "sec", "secs", "seconds", "second"), ("duration", 1.0)),
    **dict.fromkeys(("min", "mins", "minutes", "minute"), ("duration", 60.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hours", "hour"), ("duration", 3600.0)),
    **dict.fromkeys(("d", "days", "day"), ("duration", 86_400.0)),
    **dict.fromkeys(("w", "weeks", "week"), ("duration", 604_800.0)),
    **dict.fromkeys(("months", "month"), ("months", 1.0)),
    **dict.fromkeys(("years", "year"), ("months", 12.0)),
    **dict.fromkeys(
        ("°C", "° C", "degC", "degrees Celsius", "degree Celsius", "degrees C", "Celsius", "C"),
        ("celsius", 1.0),
    ),
    **dict.fromkeys(("°F", "degrees Fahrenheit", "Fahrenheit"), ("fahrenheit", 1.0)),
    **dict.fromkeys(("degrees", "degree", "°"), ("degrees", 1.0)),
    **dict.fromkeys(("K", "kelvin"), ("kelvin", 1.0)),
    **dict.fromkeys(("B", "bytes", "byte"), ("data", 1.0)),
    **dict.fromkeys(("kB", "KB", "kilobytes"), ("data", 1e3)),
    **dict.fromkeys(("MB", "megabytes"), ("data", 1e6)),
    **dict.fromkeys(("GB", "gigabytes"), ("data", 1e9)),
    **dict.fromkeys(("TB", "terabytes"), ("data", 1e12)),
    **dict.fromkeys(("KiB",), ("data", 1024.0)),
    **dict.fromkeys(("MiB",), ("data", 1024.0**2)),
    **dict.fromkeys(("GiB",), ("data", 1024.0**3)),
    **dict.fromkeys(("kbit/s", "kbps"), ("data rate", 1e3)),
    **dict.fromkeys(("Mbit/s", "Mbps"), ("data rate", 1e6)),
    **dict.fromkeys(("Gbit/s", "Gbps"), ("data rate", 1e9)),
    **dict.fromkeys(("MB/s",), ("data rate", 8e6)),
    **dict.fromkeys(("mV", "millivolts"), ("voltage", 1e-3)),
    **dict.fromkeys(("V", "volts", "volt"), ("voltage", 1.0)),
    **dict.fromkeys(("mA",), ("current", 1e-3)),
    **dict.fromkeys(("A", "amps", "amperes"), ("current", 1.0)),
    **dict.fromkeys(("W", "watts", "watt"), ("power", 1.0)),
    **dict.fromkeys(("kW", "kilowatts"), ("power", 1e3)),
    **dict.fromkeys(("kWh",), ("energy", 1.0)),
    **dict.fromkeys(("mm/s",), ("velocity", 1e-3)),
    **dict.fromkeys(("m/s",), ("velocity", 1.0)),
    **dict.fromkeys(("mm",), ("length", 1e-3)),
    **dict.fromkeys(("cm",), ("length", 1e-2)),
    **dict.fromkeys(("m", "metres", "meters"), ("length", 1.0)),
    **dict.fromkeys(("km",), ("length", 1e3)),
    **dict.fromkeys(("Hz", "hertz"), ("frequency", 1.0)),
    **dict.fromkeys(("kHz",), ("frequency", 1e3)),
    **dict.fromkeys(("rpm",), ("rotation", 1.0)),
    **dict.fromkeys(("bar",), ("pressure", 1e5)),
    **dict.fromkeys(("hPa", "mbar"), ("pressure", 1e2)),
    **dict.fromkeys(("kPa",), ("pressure", 1e3)),
    **dict.fromkeys(("Pa",), ("pressure", 1.0)),
    **dict.fromkeys(("dBm",), ("signal", 1.0)),
    **dict.fromkeys(("dB",), ("level", 1.0)),
    **dict.fromkeys(("ppm",), ("concentration", 1.0)),
    **dict.fromkeys(("€", "EUR", "euros", "euro"), ("EUR", 1.0)),
    **dict.fromkeys(("$", "USD", "dollars", "dollar"), ("USD", 1.0)),
    **dict.fromkeys(("£", "GBP", "pounds", "pound"), ("GBP", 1.0)),
    **dict.fromkeys(("CHF", "francs", "franc"), ("CHF", 1.0)),
}

# What can be counted; words of one line count the same kind of thing.
COUNTED: dict[str, str] = {
    word: "count of " + family.split()[0]
    for family in (
        (
            "device devices terminal terminals till tills sensor sensors gateway gateways machine"
            " machines server servers controller controllers unit units printer printers"
            " pos plc plcs"
        ),
        "site sites store stores shop shops branch branches building buildings location locations",
        "incident incidents problem problems fault faults issue issues case cases",
        "anomaly anomalies deviation deviations",
        "alert alerts alarm alarms warning warnings notification notifications",
        "event events error errors message messages entry entries log logs",
        "reading readings value values sample samples report reports",
        "restart restarts reboot reboots",
        "time times occasion occasions",
        "failure failures outage outages",
        "prediction predictions",
        "visit visits",
        "metric metrics",
    )
    for word in family.split()
}
COUNTED["once"] = COUNTED["twice"] = COUNTED["time"]

_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen twenty"
)
NUMBERS: dict[str, int] = {word: value for value, word in enumerate(_TO_TWENTY.split())} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
MULTIPLES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
# Words that say a number on their own.
SPOKEN = {"dozen": 12, "couple": 2, "pair": 2, "half": 0.5}

ABOUT = {
    **dict.fromkeys(
        ("about", "around", "roughly", "approximately", "approx", "circa", "some", "~", "≈"),
        "about",
    ),
    **dict.fromkeys(
        ("over", "more than", "at least", "exceeding", "exceeded", "above", "beyond", ">", "≥"),
        "over",
    ),
    **dict.fromkeys(
        ("under", "less than", "fewer than", "at most", "up to", "below", "<", "≤"),
        "under",
    ),
    **dict.fromkeys(("nearly", "almost", "just under", "close to"), "nearly"),
}

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mondays",
            "tuesday tuesdays",
            "wednesday wednesdays",
            "thursday thursdays",
            "friday fridays",
            "saturday saturdays",
            "sunday sundays",
        )
    )
    for name in names.split()
}

# Opposites: axis -> what says the one side, what says the other.
OPPOSITES: dict[str, tuple[str, str]] = {
    "trend": (
        (
            "rose rise rises rising risen increase increases increased increasing grew grow grows"
            " growing grown growth climbed climb climbs climbing up jumped jump jumps gained gain"
            " surged surge upward upwards higher more"
        ),
        (
            "fell fall falls falling fallen decrease decreases decreased decreasing dropped"
            " drop drops dropping declined decline declines declining shrank shrunk shrinking down"
            " downward downwards lower less fewer reduced reduction lost"
        ),
    ),
    "height": (
        (
            "above exceeds exceeded exceed exceeding beyond higher more greater over larger bigger"
            " longer outside"
        ),
        "below under beneath lower less fewer smaller shorter within inside",
    ),
    "extreme": (
        "highest maximum max peak peaked largest biggest longest greatest",
        "lowest minimum smallest shortest fewest",
    ),
    "amount": ("high elevated excessive", "low"),
    "order": (
        "before earlier prior preceded preceding precedes ahead",
        "after later followed follows subsequently",
    ),
    "rank": ("first initially oldest", "last latest newest lastly finally"),
    "link": (
        "online connected reachable available",
        "offline disconnected unreachable unavailable silent",
    ),
    "state": (
        "resolved closed fixed solved recovered cleared ended finished",
        "open ongoing unresolved active unsolved pending continues continuing",
    ),
    "health": (
        "normal healthy fine good stable ok okay",
        "abnormal unhealthy bad unstable anomalous unusual poor degraded faulty broken",
    ),
    "course": (
        "better improved improving improvement improves improve",
        "worse worsened worsening worsens worsen deteriorated deteriorating deterioration",
    ),
    "success": (
        "worked work succeeded successful successfully effective helped works",
        "failed fails failing unsuccessful ineffective unsuccessfully",
    ),
    "speed": (
        "fast faster quick quicker quickly rapid rapidly",
        "slow slower slowly gradual gradually",
    ),
    "heat": ("hot hotter warm warmer heating overheating", "cold colder cool cooler cooling"),
    "fill": ("full fuller", "empty emptier"),
    "start": ("started starts begun began begins starting", "stopped stops stopping stop"),
    "power": ("powered charging charged", "unpowered discharging discharged"),
    "like": ("similar same alike resembles resembled", "different unlike dissimilar differs"),
    "sure": (
        "certain certainly definitely guaranteed surely undoubtedly",
        "uncertain unclear unsure",
    ),
    "known": ("known recorded", "unknown unrecorded"),
    "safe": ("safe harmless", "unsafe dangerous harmful hazardous"),
}

# Claims of another kind that nobody may add: each needs a word of its line in the statements.
ADDED: dict[str, str] = {
    "a cause": "because due caused cause causes owing reason therefore consequently thus hence",
    "the future": "will soon expected expect expects forecast predicted likely probably tomorrow"
    " shall going upcoming imminent",
    "all": "all every each always entire whole everything everyone",
    "none": "none never nobody nothing neither nor",
    "most": "most majority mostly",
    "only": "only solely sole alone exclusively",
    "both": "both",
    "a critical severity": "critical urgent emergency severe severely catastrophic",
    "several": "several many multiple numerous various few",
    "a factor": "doubled double doubles tripled triple halved halves twofold threefold quadrupled",
    "the average": "average mean median typical typically averaged",
    "respectively": "respectively",
    "replacing": "replace replaced replacing replacement swap swapped",
    "repair": "repair repaired repairs repairing",
    "restart": "restart restarted restarts restarting reboot rebooted rebooting",
    "security": "attack attacked hacked hacker breach breached malware intrusion virus",
    "money": "cost costs costing",
    "a price": "expensive cheap price priced free",
}
NEGATIONS = words_of("not no never without cannot n't neither nor nothing hardly")

# Capital letters in the middle of a sentence that name nobody.
COMMON_CAPITALS = words_of(
    "i cpu ram gpu disk ssd hdd wifi wi-fi lan wan vpn ip dns http https api url pos plc id ups"
    " usb led lcd utc gmt cet cest est edt pst pdt am pm ok tls mqtt snmp iot os linux windows"
    " please note"
)

# What holds a sentence together and says nothing of its own; and the words of directions, moments
# and amounts, which are judged as claims. Nobody is spoken to, and nobody speaks.
SMALL = (
    words_of(
        "a an the this that these those it its itself they them their theirs which who whose whom"
        " what there here and or but while also too with in of on at by for from to into onto over"
        " under between among during until till since as than then so such both another other"
        " others same about per via when where whereas is are was were be been being has have had"
        " having do does did not no n't just yet still already again now currently present"
        " presently today yesterday tonight ago past recent recently day days hour hours minute"
        " minutes second seconds week weeks month months year years date time moment period whole"
        " total overall altogether together all value values reading readings measure measures"
        " measured measurement figure figures amount amounts show shows showed shown report reports"
        " reported reporting record records stand stands stood reach reaches reached go goes went"
        " come comes came become becomes became remain remains remained stay stays stayed following"
        " listed list lists named called namely respectively device devices site sites fleet status"
        " state number numbers percent degree degrees celsius around roughly nearly almost exactly"
    )
    | {word for axis in ("trend", "height", "order") for word in " ".join(OPPOSITES[axis]).split()}
    | set(NUMBERS)
    | set(MONTHS)
    | set(WEEKDAYS)
)
