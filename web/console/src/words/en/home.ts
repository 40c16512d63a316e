import type zh from "../zh/home";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  home: {
    title: "Home",
    greeting: "Welcome",
    waiting: "Waiting for me",
    nothing: "Nothing waits for you at present",
    days: "Has waited {count} days",
    overdue: "Overdue",
    until: "Due before {date}",
    duties: "My duties",
    no_duties: "You hold no duty at present. Ask the security administrator if you need one.",
  },
};

export default en;
