"""What a browser says that it is, in the words of its maker."""

# In this order: the later ones say that they are the earlier ones, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("MicroMessenger", "WeChat"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
ON_THE_MOVE = frozenset({"iPhone", "iPad", "Android"})


def device(user_agent: str) -> tuple[str, str]:
    """The browser and the system that a User-Agent names, each "" when it says nothing that is known."""

    def first(known: tuple[tuple[str, str], ...]) -> str:
        return next((name for mark, name in known if mark in user_agent), "")

    return first(BROWSERS), first(SYSTEMS)
