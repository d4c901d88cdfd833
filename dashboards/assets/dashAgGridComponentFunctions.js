/* Cell renderers of the grids: a link that loads no new page. */
var dagcomponentfuncs = (window.dashAgGridComponentFunctions =
    window.dashAgGridComponentFunctions || {});

dagcomponentfuncs.MeterLink = function (props) {
    var href = "/meters/" + encodeURIComponent(props.data.point);
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
        props.value
    );
};

/* Comparators of columns whose text is formatted: compare the number beside it. */
var dagfuncs = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

dagfuncs.byNumber = function (field, nodeA, nodeB) {
    var a = nodeA.data[field];
    var b = nodeB.data[field];
    return (a === null ? -Infinity : a) - (b === null ? -Infinity : b);
};
