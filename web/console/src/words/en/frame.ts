import type zh from "../zh/frame";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  product: "Xinyin",
  subtitle: "Identity · Electronic seals · Electronic licences",
  skip: "Skip to the content",
  menu: "Main menu",
  language: { other: "中文", switch: "Switch to Chinese" },
  account: { level: "Assurance level L{level}", out: "Log out", open: "My account" },
  duty: {
    system_administrator: "System administrator",
    security_administrator: "Security administrator",
    auditor: "Auditor",
    registrar: "Registrar",
    seal_applicant: "Seal applicant",
    seal_reviewer: "Seal reviewer",
    seal_maker: "Seal maker",
    seal_filer: "Seal filer",
    seal_owner: "Seal owner",
    licence_officer: "Licence officer",
    licence_reviewer: "Licence reviewer",
    licence_holder: "Licence agent",
    business_system: "Business system",
  },
  problem: {
    "console.unreachable": "The service cannot be reached. Check the network and try again",
    "console.unreadable": "The service's answer cannot be read. Try again later",
    code: "Error code",
    request: "Request number",
    again: "Try again",
  },
  denied: {
    title: "No permission",
    told: "This page is not part of your duties. Ask the security administrator if you need it.",
    back: "Back to home",
  },
  nowhere: { title: "No such page", told: "The address is wrong, or what it named is gone.", back: "Back to home" },
};

export default en;
