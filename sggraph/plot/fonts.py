"""Fonts for names in any script: one that is installed, or one warning and boxes.

matplotlib warns of every character that a font lacks, whenever it measures or draws it: dozens of warnings for a few
names in Chinese. Here names are looked through before they are written. This does not shape scripts that join letters.
"""

import unicodedata
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from ..runtime.checks import shown
from ..runtime.warn import warn

BOX = "□"  # what fonts show for a letter that they lack; "?" where they lack it, too
UNSEEN = ("Cc", "Cf", "Mn", "Me")  # control characters and marks above or beneath letters: left out, not boxed
PLACEHOLDERS = "Last Resort"  # a font of boxes for every character there is
FEW = 3  # scripts that the warning names


class Letters(NamedTuple):
    """Families of fonts that show names, None: those of matplotlib's settings; and letters that none of them has."""

    families: list | None = None
    lacking: frozenset = frozenset()
    box: str = BOX

    def of(self, text):
        """The text as it can be shown."""
        if self.lacking.isdisjoint(text):
            return text
        return "".join(self._instead(letter) if letter in self.lacking else letter for letter in text)

    def style(self, text):
        """Let an artist write in these families."""
        if self.families is not None:
            text.set_fontfamily(self.families)

    def _instead(self, letter):
        return "" if unicodedata.category(letter) in UNSEEN else self.box


def letters_for(texts, family=None, weights=("normal",)):
    """The Letters for texts that are written in a family, by default that of the settings, and in these weights.

    Warns once if no font that is installed has all of their letters.
    """
    wanted = frozenset().union(*texts) - {"\n"}
    if all(letter.isascii() and letter.isprintable() for letter in wanted):
        return Letters()  # every font has these
    families = FontProperties(family=mpl.rcParams["font.family"] if family is None else family).get_family()
    lacking = frozenset.intersection(*(_lacking(wanted, name, weights) for name in families))
    if not lacking:
        return Letters()
    added, left = _fallbacks(lacking)
    if left:
        _tell(left, next(text for text in texts if not left.isdisjoint(text)), families)
    box = "?" if _lacking({BOX}, families[0], weights) else BOX
    return Letters([*families, *added], left, box)


def _lacking(letters, family, weights):
    """Those of the letters that a family lacks in one of the weights."""
    fonts = [get_font(findfont(FontProperties(family=[family], weight=weight))) for weight in weights]
    return frozenset(letter for letter in letters if not all(font.get_char_index(ord(letter)) for font in fonts))


def _fallbacks(lacking):
    """Installed families that have these letters, the one that has most of them first; and the letters none has."""
    has = {}
    for entry in fontManager.ttflist:
        if entry.style == "normal" and entry.name not in has and not entry.name.startswith(PLACEHOLDERS):
            has[entry.name] = _covered(entry.fname, lacking)
    chosen = []
    while lacking and has:
        best = max(has, key=lambda name: (len(has[name] & lacking), "Sans" in name, -len(name)))
        if not has[best] & lacking:
            break
        chosen.append(best)
        lacking = lacking - has[best]
    return chosen, lacking


def _covered(path, letters):
    try:
        font = get_font(path)
    except (OSError, RuntimeError):  # a file that has gone, or that FreeType cannot read
        return frozenset()
    return frozenset(letter for letter in letters if font.get_char_index(ord(letter)))


def _tell(lacking, text, families):
    scripts = sorted({unicodedata.name(letter, "OTHERS").split()[0] for letter in lacking})
    scripts = ", ".join(scripts[:FEW]) + (" ..." if len(scripts) > FEW else "")
    warn(
        f"no font here has {len(lacking)} of the letters in names ({scripts}), such as those of {shown(text)}, and "
        "boxes stand for them: install a font that has them, such as one of Noto, or name its family in "
        f"plt.rcParams['font.family'], which is {families}",
        UserWarning,
    )
