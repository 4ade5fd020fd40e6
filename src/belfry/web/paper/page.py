"""A sheet of paper: A4, a head and a foot on each page, headings, facts in two columns, tables and bars.

Nothing is drawn in colour alone: what is printed in grey reads the same.
"""

import logging
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from belfry.web.paper.words import Say

FONT: Final = "DejaVu"
"""DejaVu Sans: Latin with all accents, Greek, Cyrillic, arrows. Its licence stands beside it."""
MARGIN_MM: Final = 16
INK: Final = (20, 24, 31)
SOFT: Final = (84, 92, 105)
RULE: Final = (196, 202, 210)
SHADE: Final = (240, 243, 246)
BAR: Final = (58, 92, 138)
WARN: Final = (176, 32, 32)
CELL_MOST: Final = 1_500
"""Characters of one cell; a longer text is cut, and says so."""

LINES_MOST: Final = 40
"""Of one row; a higher one would fit on no page, so it goes on in another one."""
FACT_LINES_MOST: Final = 20
"""What is longer stands below the facts, over the whole width."""
CERTAINLY_FITS: Final = 80
"""Characters that fill no LINES_MOST in the narrowest column, and need not be set to know that."""

_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*\n")

Row = Sequence[str]


class Sheet(FPDF):
    """`head` stands on the left of each page's head, `aside` on the right; `alarm` across it, where it is given."""

    def __init__(self, say: Say, *, head: str, aside: str, foot: str, alarm: str = "") -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        logging.getLogger("fpdf").setLevel(logging.ERROR)  # it would log the signs that the font lacks: words of a note
        self._say, self._head, self._aside, self._foot, self._alarm = say, head, aside, foot, alarm
        for style, content in _fonts().items():
            with as_file(content) as path:
                self.add_font(FONT, style=style, fname=path)
        self.set_margins(MARGIN_MM, 30 if alarm else 24, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=20)
        self.alias_nb_pages("§§")
        self.set_lang(say.language)
        self.set_title(f"{head}, {aside}")
        self.set_creator("Belfry")
        self.add_page()

    # -- on every page

    def header(self) -> None:
        self.set_y(10)
        self._type(8.5, SOFT, bold=True)
        self.cell(self.epw / 2, 5, self._head)
        self._type(8.5, SOFT)
        self.cell(self.epw / 2, 5, self._aside, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*RULE)
        self.line(MARGIN_MM, 16.5, self.w - MARGIN_MM, 16.5)
        if self._alarm:
            self.set_y(18)
            self._type(10, WARN, bold=True)
            self.set_draw_color(*WARN)
            self.cell(self.epw, 7, self._alarm, border=1, align="C")
        self.set_y(self.t_margin)

    def footer(self) -> None:
        self.set_y(-14)
        self._type(7.5, SOFT)
        self.cell(self.epw * 0.75, 5, self._foot)
        number = self._say("sheet", n=self.page_no(), of="§§")
        self.cell(self.epw * 0.25, 5, number, align="R")

    # -- what stands on it

    def title_line(self, text: str, below: str = "") -> None:
        self._type(17, INK, bold=True)
        self.multi_cell(self.epw, 8, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        if below:
            self._type(9, SOFT)
            self.multi_cell(self.epw, 5, below, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        self.ln(2)

    def heading(self, text: str) -> None:
        if self.get_y() > self.h - 50:
            self.add_page()
        self.ln(4)
        self._type(11.5, INK, bold=True)
        self.cell(self.epw, 6, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*INK)
        self.line(MARGIN_MM, self.get_y() + 0.4, self.w - MARGIN_MM, self.get_y() + 0.4)
        self.ln(2)

    def paragraph(self, text: str, *, warn: bool = False) -> None:
        self._type(9, WARN if warn else INK, bold=warn)
        self.multi_cell(self.epw, 4.6, _cut(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        self.ln(1)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names and what they are, two columns of them beside each other."""
        half = self.epw / 2
        self._type(9, INK)
        long = [(name, text) for name, text in pairs if len(self._set(text, half * 0.64)) > FACT_LINES_MOST]
        pairs = [(name, "↓" if (name, text) in long else text) for name, text in pairs]
        with self.table(
            col_widths=(half * 0.36, half * 0.64, half * 0.36, half * 0.64),
            borders_layout=TableBordersLayout.NONE,
            first_row_as_headings=False,
            line_height=4.6,
            text_align="L",
            v_align=VAlign.T,
            padding=(0.5, 1.5, 0.5, 0),
        ) as table:
            self._type(9, INK)
            name, bold = FontFace(color=SOFT), FontFace()
            rows = (len(pairs) + 1) // 2
            for n in range(rows):
                row = table.row()
                for label, text in (pairs[n], pairs[n + rows] if n + rows < len(pairs) else ("", "")):
                    row.cell(label, style=name)
                    row.cell(_cut(text), style=bold)
        for label, text in long:
            self.paragraph(f"{label}: {text}")

    def rows(self, head: Row, rows: Sequence[Row], widths: Sequence[float], right: Sequence[int] = ()) -> None:
        """A table whose head is repeated on each page; columns in `right` are set to the right."""
        align = tuple("RIGHT" if n in right else "LEFT" for n in range(len(head)))
        self._type(8, INK)
        self.set_draw_color(*RULE)
        wide = [self.epw * width / sum(widths) for width in widths]
        fitting = [part for row in rows for part in self._parts(row, wide)]
        with self.table(
            col_widths=tuple(widths),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=SOFT, fill_color=SHADE),
            line_height=4.2,
            text_align=align,
            v_align=VAlign.T,
            padding=(0.9, 1.2, 0.9, 1.2),
        ) as table:
            table.row(head)
            for part in fitting:
                table.row(part)

    def bars(self, values: Sequence[float], labels: Sequence[str], *, height_mm: float = 34) -> None:
        """Bars from zero, each with its number above and its label below. Of nothing but zeros there is no picture."""
        top = max(values, default=0)
        if not top:
            return
        if self.get_y() + height_mm + 14 > self.h - 20:
            self.add_page()
        base, step = self.get_y() + height_mm + 4, self.epw / len(values)
        self.set_fill_color(*BAR)
        for n, (value, label) in enumerate(zip(values, labels, strict=True)):
            x, tall = MARGIN_MM + n * step, height_mm * value / top
            if value:
                self.rect(x + step * 0.15, base - tall, step * 0.7, tall, style="F")
            if len(values) <= 31:
                self._type(6 if len(values) > 12 else 7, SOFT)
                self.set_xy(x - 2, base + 0.6)
                self.cell(step + 4, 3, label, align="C")
                if value:
                    self.set_xy(x - 2, base - tall - 3.2)
                    self.cell(step + 4, 3, self._say.number(value), align="C")
        self.set_fill_color(255)  # a table behind it would be painted in what was chosen last
        self.set_draw_color(*SOFT)
        self.line(MARGIN_MM, base, self.w - MARGIN_MM, base)
        self.set_xy(MARGIN_MM, base + 5)

    def done(self) -> bytes:
        return bytes(self.output())

    def _parts(self, row: Row, wide: Sequence[float]) -> Sequence[Row]:
        """A row in as many parts as it needs for each to fit on a page."""
        lines = [self._set(text, width) for text, width in zip(row, wide, strict=True)]
        parts = max(1, -(-max(map(len, lines)) // LINES_MOST))
        if parts == 1:
            return [[_cut(text) for text in row]]
        return [["\n".join(one[n * LINES_MOST : (n + 1) * LINES_MOST]) for one in lines] for n in range(parts)]

    def _set(self, text: str, width: float) -> Sequence[str]:
        """The lines of a cell of that width in the present type."""
        text = _cut(text)
        if len(text) <= CERTAINLY_FITS and text.count("\n") < FACT_LINES_MOST:
            return [text]
        lines = self.multi_cell(width - 4, 4, text, dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(lines, list)
        return lines

    def _type(self, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font(FONT, style="B" if bold else "", size=size)
        self.set_text_color(*colour)


def _cut(text: str) -> str:
    text = _EMPTY_LINES.sub("\n\n", text)
    return text if len(text) <= CELL_MOST else f"{text[:CELL_MOST]} …"


@cache
def _fonts() -> dict[str, Traversable]:
    folder = files("belfry.web.paper") / "fonts"
    return {"": folder / "DejaVuSans.ttf", "B": folder / "DejaVuSans-Bold.ttf"}
