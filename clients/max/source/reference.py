"""Reference pages of the package (docs/*.maxref.xml), from the sources of its objects and words.txt."""
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
ARGUMENTS = {"oscine": ["HOST", "PORT", "NAME"], "oscine.attr": ["ATTRIBUTE"], "oscine.seq": ["NAME"], "oscine.seq~": ["NAME"],
             "oscine.melody": ["MODEL", "NAME", "UNIT"], "oscine.params": ["MODEL", "NAME"], "oscine.classify~": ["MODEL", "NAME"],
             "oscine.stream~": ["MODEL", "NAME", "METHOD"]}


def words():
    """{word: (arguments, what it does)}"""
    rows = [line.split("|") for line in (HERE / "words.txt").read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return {word.strip(): (arguments.strip(), text.strip()) for word, arguments, text in rows}


def ports(patch, kind):
    notes = [box.text for row in patch.rows for box in row if box.kind == kind]
    return [f'\t\t<{kind} id="{n}" type="{kind.upper()}_TYPE">\n\t\t\t<digest>{escape(note)}</digest>\n\t\t</{kind}>' for n, note in enumerate(notes)]


def page(name, patch, known):
    text = " ".join(patch.comments)
    digest, _, rest = text.partition(": ")
    arguments = "".join(f'\t\t<objarg name="{one}" optional="1" type="symbol">\n\t\t\t<digest>{one}</digest>\n\t\t</objarg>\n' for one in ARGUMENTS[name])
    methods = ""
    for word in patch.words:
        takes, does = known[word]
        args = f'\n\t\t\t<arglist>\n\t\t\t\t<arg name="{escape(takes)}" optional="1" type="list" />\n\t\t\t</arglist>' if takes else ""
        methods += f'\t\t<method name="{word}">{args}\n\t\t\t<digest>{escape(does)}</digest>\n\t\t</method>\n'
    others = "".join(f'\t\t<seealso name="{other}" />\n' for other in sorted(ARGUMENTS) if other != name)
    inlets, outlets = ("\n".join(ports(patch, kind)) for kind in ("inlet", "outlet"))
    return (f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<c74object name="{name}" module="oscine" category="oscine">\n'
            f"\t<digest>{escape(digest)}</digest>\n\t<description>{escape(rest)}</description>\n"
            "\t<metadatalist>\n\t\t<metadata name=\"author\">the oscine authors</metadata>\n\t\t<metadata name=\"tag\">oscine</metadata>\n\t</metadatalist>\n"
            f"\t<inletlist>\n{inlets}\n\t</inletlist>\n\t<outletlist>\n{outlets}\n\t</outletlist>\n"
            f"\t<objarglist>\n{arguments}\t</objarglist>\n\t<methodlist>\n{methods}\t</methodlist>\n\t<seealsolist>\n{others}\t</seealsolist>\n</c74object>\n")


def pages(package, folder):
    known = words()
    return [(folder / f"{name}.maxref.xml", page(name, patch, known).encode()) for name, patch in sorted(package.patches.items())]
