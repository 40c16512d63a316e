export default {
  home: {
    title: "工作台",
    greeting: "您好",
    waiting: "待我办理",
    nothing: "目前没有需要您办理的事项",
    days: "已等待 {count} 天",
    overdue: "已超期",
    until: "应于 {date} 前办结",
    duties: "我的职责",
    no_duties: "您目前没有职责。需要时请联系安全管理员。",
  },
};
