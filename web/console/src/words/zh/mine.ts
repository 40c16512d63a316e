export default {
  mine: { title: "" },
};
