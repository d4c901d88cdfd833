/* Cell renderers of the grids: links that load no new page, severities, buttons. */
var dagcomponentfuncs = (window.dashAgGridComponentFunctions =
    window.dashAgGridComponentFunctions || {});

function pageLink(href, text, seen) {
    return React.createElement(
        "a",
        Object.assign(
            {
                href: href,
                className: "link",
                onClick: function (event) {
                    if (event.ctrlKey || event.metaKey || event.shiftKey) {
                        return;
                    }
                    event.preventDefault();
                    window.history.pushState({}, "", href);
                    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
                },
            },
            seen
        ),
        text
    );
}

dagcomponentfuncs.MeterLink = function (props) {
    return pageLink("/meters/" + encodeURIComponent(props.data.point), props.value);
};

dagcomponentfuncs.PageLink = function (props) {
    return pageLink(props.data.href, props.value);
};

function toned(tone, words) {
    return React.createElement(
        "span",
        { className: "badge badge-" + tone },
        React.createElement("span", {
            className: "icon icon-tone-" + tone,
            "aria-hidden": "true",
        }),
        words
    );
}

/* A severity is a word, a shape and a colour. */
dagcomponentfuncs.AlertSeverity = function (props) {
    return toned(props.data.tone, props.value);
};

/* A cell whose row says where it leads, its tone, that it is in doubt, or what it rests on
   (assets/why.js shows that), each in a field beside its own, the last
   in the field that the column names where its row has one for all; a file is fetched by the browser. */
dagcomponentfuncs.TableCell = function (props) {
    var beside = function (what) {
        return props.data[props.colDef.field + "_" + what];
    };
    var why = props.why ? props.data[props.why] : beside("why");
    var seen = { className: "figure-why", "data-why": why };
    var shown = cellText(props, beside);
    return why ? React.createElement("span", seen, shown) : shown;
};

function cellText(props, beside) {
    var href = beside("href");
    if (href && href.indexOf("/download/") === 0) {
        return React.createElement("a", { href: href, className: "link" }, props.value);
    }
    if (href) {
        return pageLink(href, props.value);
    }
    if (beside("tone")) {
        return toned(beside("tone"), props.value);
    }
    return beside("doubted")
        ? React.createElement("strong", { className: "doubted" }, props.value)
        : props.value;
}

/* One press acknowledges: the grid tells which row it was. */
dagcomponentfuncs.AlertButton = function (props) {
    if (!props.value) {
        return null;
    }
    return React.createElement(
        "button",
        {
            type: "button",
            className: "button acknowledge",
            onClick: function () {
                props.setData(props.data.alert);
            },
        },
        props.value
    );
};

/* Comparators of columns whose text is formatted: compare the number beside it. */
var dagfuncs = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

/* A column's order by a number beside what it shows. Grids take comparators as what an expression
   gives, so both of these give one. */
dagfuncs.byNumber = function (field) {
    return function (valueA, valueB, nodeA, nodeB) {
        var a = nodeA.data[field];
        var b = nodeB.data[field];
        if (a === null || b === null) {
            return (b === null) - (a === null);
        }
        return a - b;
    };
};

function filled(text, parts) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) {
        return name in parts ? parts[name] : whole;
    });
}

/* The step of Cividis for what readings do not tell: 0 where they tell all. */
function knownStep(told) {
    var unknown = 1 - told[1] / told[0];
    var limits = [0, 0.01, 0.05, 0.25, 0.5];
    for (var n = 0; n < limits.length; n++) {
        if (n === 0 ? unknown <= 0 : unknown < limits[n]) {
            return n;
        }
    }
    return told[1] ? 5 : 6;
}

/* The counts of one step of a row: [expected, known by readings, estimated]. */
function toldOf(steps, column) {
    return steps.slice(3 * column, 3 * column + 3);
}

/* How a meter is known in the days of a column. */
dagcomponentfuncs.QualityCell = function (props) {
    var words = props.context;
    var column = Number(props.column.getColId().slice(1));
    if (!props.value) {
        return null;
    }
    var told = toldOf(props.value, column);
    var counts = told[0]
        ? filled(words.counts, {
              known: told[1],
              expected: told[0],
              estimated: told[2],
              missing: Math.max(0, told[0] - told[1] - told[2]),
          })
        : words.notDue;
    var source = props.data.name + ", " + words.days[column];
    var share = told[0] ? Math.floor((100 * told[1]) / told[0]) : null;
    var seen = {
        className: "quality-cell " + (told[0] ? "q" + knownStep(told) : "q-none"),
        "data-why": filled(words.why, { source: source, counts: counts }),
        "aria-label": source + ": " + counts,
        title: source + ": " + counts,
    };
    var text = share === null || share === 100 ? "" : share + (told[2] ? "e" : "");
    if (!props.data.point) {
        return React.createElement("span", Object.assign({ role: "img" }, seen), text);
    }
    var href = "/meters/" + encodeURIComponent(props.data.point) + words.searches[column];
    return pageLink(href, text, Object.assign({ tabIndex: -1 }, seen));
};

/* Enter in a cell follows the link that stands in it. */
document.addEventListener("keydown", function (event) {
    var cell = event.target;
    if (event.key === "Enter" && cell instanceof Element && cell.matches(".ag-cell")) {
        var link = cell.querySelector("a[href]");
        if (link) {
            link.click();
        }
    }
});

function knownShare(steps, column) {
    var told = toldOf(steps, column);
    return told[0] ? told[1] / told[0] : 2;
}

dagfuncs.byKnown = function (column) {
    return function (a, b) {
        return knownShare(a, column) - knownShare(b, column);
    };
};
