"use strict";
/* The description of the API, shown by Swagger UI. No validator of another host is asked. */
(() => {
  const place = document.getElementById("docs");
  window.SwaggerUIBundle({
    domNode: place, url: place.dataset.url, deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: 0,
    validatorUrl: null, presets: [window.SwaggerUIBundle.presets.apis], layout: "BaseLayout",
  });
})();
