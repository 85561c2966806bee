using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Web;
using System.Web.UI;

namespace Lab
{
    /// <summary>Finds what of a case's classes a visitor calls: handlers, pages, and methods that concern a response and that the case itself does not call.</summary>
    public static class Calls
    {
        private const BindingFlags Own =
            BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

        private static readonly Type[] Concerned = { typeof(HttpContext), typeof(HttpResponse), typeof(HttpCookie), typeof(HttpContextBase), typeof(HttpResponseBase) };

        /// <param name="sources">The texts of the case's files by their paths in the application.</param>
        public static IEnumerable<Unit> Of(string library, IDictionary<string, string> sources)
        {
            string all = string.Join("\n", sources.Values);
            return Assembly.LoadFrom(library).GetTypes()
                .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false) && !typeof(HttpApplication).IsAssignableFrom(type))
                .SelectMany(type => Methods(type, all).SelectMany(method => Units(library, type, method, File(type, sources))));
        }

        /// <summary>The class and the method of a query.</summary>
        public static MethodInfo Method(Type type, string name)
        {
            return type.GetMethods(Own).First(method => method.Name == name);
        }

        private static IEnumerable<MethodInfo> Methods(Type type, string all)
        {
            bool isPage = typeof(Page).IsAssignableFrom(type);
            string entry = isPage ? "Page_Load" : typeof(IHttpHandler).IsAssignableFrom(type) ? "ProcessRequest" : null;
            return type.GetMethods(Own).Where(method => method.Name == entry
                || !method.IsSpecialName && (isPage || Concerns(method)) && Regex.Matches(all, "\\b" + method.Name + "\\(").Count == 1);
        }

        private static bool Concerns(MethodInfo method)
        {
            return method.GetParameters().Select(parameter => parameter.ParameterType).Concat(new[] { method.ReturnType }).Any(type => Concerned.Contains(type));
        }

        private static string File(Type type, IDictionary<string, string> sources)
        {
            return sources.First(source => Regex.IsMatch(source.Value, "\\bclass " + type.Name + "\\b")).Key;
        }

        private static IEnumerable<Unit> Units(string library, Type type, MethodInfo method, string file)
        {
            bool asks = method.GetParameters().Concat(Constructor(type)).Any(parameter => parameter.ParameterType == typeof(bool));
            string query = "do=call&library=" + HttpUtility.UrlEncode(library) + "&type=" + type.FullName + "&method=" + method.Name;
            string origin = type.Name + "." + method.Name;
            string folder = file.StartsWith("../", StringComparison.Ordinal) ? "" : file.Substring(0, file.LastIndexOf('/') + 1);
            if (!asks) return new[] { new Unit { Origin = origin, Folder = folder, Query = query, Source = file } };
            return new[] { "false", "true" }.Select(yes => new Unit { Origin = origin + "(" + yes + ")", Folder = folder, Query = query + "&yes=" + yes, Source = file });
        }

        private static IEnumerable<ParameterInfo> Constructor(Type type)
        {
            ConstructorInfo constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).FirstOrDefault();
            return constructor == null ? new ParameterInfo[0] : constructor.GetParameters();
        }
    }
}
