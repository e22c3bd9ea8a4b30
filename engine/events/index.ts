export { type ApplicationEvent, eventName, eventsToEnable, isDisabledByReplication } from "./application-event.js";
export { enableEvent, showEnabling } from "./enable.js";
export { checkEvents, describeLeft } from "./findings.js";
export { readEvents } from "./read-events.js";
