export default {
  access: { title: "" },
};
