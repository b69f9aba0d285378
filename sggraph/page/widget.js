// The page of an Explorer in a frame of its own, and between it and Python the model of a widget (widget.py): what is
// chosen in the one is chosen in the other. The frame may run scripts and nothing else; both sides check what they hear.
export default {
    render({ model, el }) {
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", "allow-scripts allow-downloads");
        frame.title = "Explorer";
        frame.style.cssText = "width: 100%; height: 640px; border: 0";
        frame.srcdoc = model.get("_page");
        let hears = false;  // the page knows what it said itself; told again it would forget a path

        const tell = () => {
            if (hears || !frame.contentWindow) return;
            frame.contentWindow.postMessage({ sggraph: "choose", rows: [...model.get("_chosen")] }, "*");
        };
        const hear = ({ source, data }) => {
            if (!source || source !== frame.contentWindow || !data) return;
            if (data.sggraph === "ready") tell();
            if (data.sggraph !== "chosen" || !Array.isArray(data.rows)) return;
            hears = true;
            model.set("_chosen", data.rows);
            hears = false;
            model.save_changes();
        };
        addEventListener("message", hear);
        model.on("change:_chosen", tell);
        el.append(frame);
        return () => {
            removeEventListener("message", hear);
            model.off("change:_chosen", tell);
        };
    },
};
