export default {
  me: { title: "" },
};
