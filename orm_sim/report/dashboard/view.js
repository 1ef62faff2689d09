// Sliders and boxes carry their words in a title; what reads the page aloud wants them as a name.
(() => {
  const name = () => {
    for (const slider of document.querySelectorAll(".orm-slider[title], .orm-slider [title]")) {
      const words = slider.getAttribute("title");
      for (const handle of (slider.closest(".orm-slider") || slider).querySelectorAll(".noUi-handle")) {
        if (handle.getAttribute("aria-label") !== words) handle.setAttribute("aria-label", words);
      }
    }
  };
  if (!window.ormNames) {
    window.ormNames = window.setInterval(name, 400);
  }
  name();
})();
