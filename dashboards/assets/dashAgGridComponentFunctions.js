/* Cell renderers of the grids: links that load no new page, severities, buttons. */
var dagcomponentfuncs = (window.dashAgGridComponentFunctions =
    window.dashAgGridComponentFunctions || {});

function pageLink(href, text) {
    return React.createElement(
        "a",
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

/* A cell whose row says where it leads, its tone, or that it is in doubt, each in a field beside
   its own; a file is fetched by the browser. */
dagcomponentfuncs.TableCell = function (props) {
    var beside = function (what) {
        return props.data[props.colDef.field + "_" + what];
    };
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
};

/* One press acknowledges: the grid tells which row it was. */
dagcomponentfuncs.AlertButton = function (props) {
    if (!props.data.button) {
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
        props.data.button
    );
};

/* Comparators of columns whose text is formatted: compare the number beside it. */
var dagfuncs = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

dagfuncs.byNumber = function (field, nodeA, nodeB) {
    var a = nodeA.data[field];
    var b = nodeB.data[field];
    return (a === null ? -Infinity : a) - (b === null ? -Infinity : b);
};
