export default {
  setup: { title: "" },
};
